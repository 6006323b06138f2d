package codec_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"brood/ptyio/codec"
)

// A reader reads into the decoder's own buffer, then takes all whole frames.
func ExampleDecoder() {
	r := strings.NewReader("one\ntwo\nthree, unterminated")
	d := codec.Lines{}.NewDecoder()
	for {
		n, readErr := r.Read(d.Space(4096))
		d.Advance(n)
		for {
			line, ok, err := d.Next()
			if err != nil {
				log.Fatal(err)
			}
			if !ok {
				break
			}
			fmt.Printf("%s\n", line)
		}
		if readErr == io.EOF {
			break
		}
		if readErr != nil {
			log.Fatal(readErr)
		}
	}
	rest, err := d.Finish()
	fmt.Printf("%s, %v\n", rest, err)
	// Output:
	// one
	// two
	// three, unterminated, <nil>
}

func ExampleLines() {
	d := codec.Lines{LimitBytes: 10}.NewDecoder()
	d.Feed([]byte("short\r\nmuch too long for it\nshort again"))
	for range 2 {
		line, _, err := d.Next()
		fmt.Printf("%q %v\n", line, err)
	}
	d.Feed([]byte("!\n"))
	_, _, err := d.Next()
	fmt.Println(errors.Is(err, codec.ErrTooLarge))
	// Output:
	// "short" <nil>
	// "" codec: too large: more than 10 bytes
	// true
}

func ExampleLength() {
	c := codec.Length{PrefixBytes: 2}
	frames, err := c.Append(nil, []byte("hello"))
	fmt.Printf("%q %v\n", frames, err)
	d := c.NewDecoder()
	d.Feed(frames)
	payload, ok, err := d.Next()
	fmt.Printf("%s %v %v\n", payload, ok, err)
	// Output:
	// "\x00\x05hello" <nil>
	// hello true <nil>
}

func ExampleJSONLines() {
	d := codec.JSONLines{}.NewDecoder()
	d.Feed([]byte("{\"answer\":42}\nstray print\n"))
	for range 2 {
		line, _, err := d.Next()
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "{\"answer\":42}" <nil>
	// "" codec: invalid JSON: line 2, byte 1: invalid character 's' looking for beginning of value: "stray print"
}
