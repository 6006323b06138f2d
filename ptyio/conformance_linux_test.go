package ptyio_test

const ptyHasDeadlines = true
