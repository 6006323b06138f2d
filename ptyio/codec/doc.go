// Package codec turns bytes into frames and frames into bytes: the framing of
// what is written to a child and read from it. It does no I/O, starts no
// goroutine and knows nothing of what the payloads mean.
//
// Three codecs are here: Lines for text, JSONLines for one JSON value a line,
// and Length for binary messages behind a prefix of 1, 2 or 4 bytes. A codec
// is a value with a limit, and the zero values work. Another one is any type
// with the two methods of Codec; NewDecoder and a bufio.SplitFunc give it its
// decoder.
//
// # What is promised
//
// What Append accepts comes back from a Decoder byte for byte, in order, no
// matter how the stream is cut into reads. The limit holds in both directions,
// for payloads and not for frames, and is checked before memory is taken for
// a frame: a Decoder holds at most the limit, the few bytes around a payload
// and one read.
//
// What is not: a codec cannot tell a damaged payload from a good one (there is
// no checksum).
package codec
