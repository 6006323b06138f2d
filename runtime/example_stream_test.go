package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"brood/actors"
	"brood/runtime"
	"brood/runtime/worker"
)

// serveStreams is what main does in the worker named "stream".
func serveStreams() error {
	return worker.ServeStreams(func(ctx context.Context, s *worker.Stream) ([]byte, error) {
		words := 0
		for {
			piece, err := s.Recv()
			if err == io.EOF {
				return fmt.Appendf(nil, "%d words", words), nil
			}
			if err != nil {
				return nil, err // the task was cancelled
			}
			for _, word := range bytes.Fields(piece) {
				words++
				if string(word) == "stop" {
					return nil, errors.New("told to stop")
				}
				if err := s.Send(append(s.Payload(), word...)); err != nil {
					return nil, err
				}
			}
			if err := s.Progress(fmt.Appendf(nil, "%d words so far", words)); err != nil {
				return nil, err
			}
		}
	})
}

func ExamplePool_Stream() {
	rt, err := runtime.New(runtime.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer rt.Shutdown(ctx)
	pool, err := rt.StartPool(ctx, runtime.PoolSpec{Command: runtime.Worker("stream"), Size: 1})
	if err != nil {
		log.Fatal(err)
	}

	// One who talks with the worker.
	talk, err := pool.Stream(ctx, actors.Task{Payload: []byte("> ")})
	if err != nil {
		log.Fatal(err)
	}
	defer talk.Close()
	_ = talk.Send([]byte("alder"))
	piece, err := talk.Recv()
	fmt.Printf("%s %v\n", piece, err)
	fmt.Printf("%s\n", <-talk.Progress())
	_ = talk.Send([]byte("birch cedar"))
	talk.CloseSend()
	for piece, err := range talk.Pieces() {
		fmt.Printf("%s %v\n", piece, err)
	}
	result, err := talk.Result()
	fmt.Printf("%s %v\n", result.Payload, err)

	// Another goroutine sends, and this one receives. What the worker says in the
	// end is the error of both.
	talk, err = pool.Stream(ctx, actors.Task{})
	if err != nil {
		log.Fatal(err)
	}
	defer talk.Close()
	sent := make(chan error)
	go func() {
		for {
			if err := talk.Send([]byte("stop")); err != nil {
				sent <- err
				return
			}
		}
	}()
	_, err = talk.Recv()
	fmt.Println(err)
	fmt.Println(<-sent)
	// Output:
	// > alder <nil>
	// 1 words so far
	// > birch <nil>
	// > cedar <nil>
	// 3 words <nil>
	// task failed: told to stop
	// task failed: told to stop
}
