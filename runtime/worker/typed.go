package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
)

// Codec turns values into payloads and back, on both sides of a pool alike. It
// must be safe for concurrent use.
type Codec interface {
	// Encode returns v as a payload.
	Encode(v any) ([]byte, error)
	// Decode stores what data says in the value that v points to. It must not
	// keep data.
	Decode(data []byte, v any) error
}

// JSON is the codec of package encoding/json.
type JSON struct{}

var _ Codec = JSON{}

// Encode returns v as JSON.
func (JSON) Encode(v any) ([]byte, error) { return json.Marshal(v) }

// Decode stores what the JSON says in the value that v points to.
func (JSON) Decode(data []byte, v any) error { return json.Unmarshal(data, v) }

// CodecError says that a value could not be turned into a payload, or a payload
// into a value.
type CodecError struct {
	// Op is "encode" or "decode".
	Op string
	// Type is the Go type of the value, such as "main.Point".
	Type string
	// Err is the codec's own error.
	Err error
}

// Error names the operation, the type and the cause.
func (e *CodecError) Error() string { return fmt.Sprintf("%s %s: %v", e.Op, e.Type, e.Err) }

// Unwrap returns the codec's own error.
func (e *CodecError) Unwrap() error { return e.Err }

// Encode returns v as a payload in the codec's form; nil means JSON. An error is a
// *CodecError.
func Encode[T any](codec Codec, v T) ([]byte, error) {
	if codec == nil {
		codec = JSON{}
	}
	payload, err := codec.Encode(v)
	if err != nil {
		return nil, &CodecError{Op: "encode", Type: reflect.TypeFor[T]().String(), Err: err}
	}
	return payload, nil
}

// Decode returns the value that a payload in the codec's form stands for; nil
// means JSON. An error is a *CodecError.
func Decode[T any](codec Codec, payload []byte) (v T, err error) {
	if codec == nil {
		codec = JSON{}
	}
	if err := codec.Decode(payload, &v); err != nil {
		var none T
		return none, &CodecError{Op: "decode", Type: reflect.TypeFor[T]().String(), Err: err}
	}
	return v, nil
}

// Handle returns a Handler that answers typed calls, as runtime.Method makes
// them, with answer. Requests and responses are JSON.
func Handle[Req, Resp any](answer func(ctx context.Context, req Req) (Resp, error)) Handler {
	return HandleWith(nil, answer)
}

// HandleWith is Handle with a codec, which must be the caller's. Nil means JSON.
// A request that cannot be decoded is answered with that error, as is a
// response that cannot be encoded.
func HandleWith[Req, Resp any](codec Codec, answer func(ctx context.Context, req Req) (Resp, error)) Handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		req, err := Decode[Req](codec, payload)
		if err != nil {
			return nil, err
		}
		resp, err := answer(ctx, req)
		if err != nil {
			return nil, err
		}
		return Encode(codec, resp)
	}
}
