package ptyio_test

const ptyHasDeadlines = false
