package exchange

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

const (
	// MaxShown is how many bytes are kept of a body that is not returned whole.
	MaxShown   = 64 << 10
	firstChunk = 4 << 10
	maxChunk   = 1 << 20
	// patience is how long to wait for the beginning of a response that is known to be too large.
	patience = time.Second
)

// readBody reads at most limit bytes of the body and closes it. A body that was read to its end leaves the connection for the next
// request. If the body is over the limit or breaks off, readBody returns its beginning.
func readBody(res *http.Response, limit int64, cancel context.CancelFunc) (body []byte, tooLarge bool, err error) {
	defer func() { _ = res.Body.Close() }() // a failed read was reported
	if res.ContentLength > limit {
		defer time.AfterFunc(patience, cancel).Stop()
		body, _ = io.ReadAll(io.LimitReader(res.Body, min(limit, MaxShown)))
		return body, true, nil
	}
	var chunks [][]byte // full ones; joined only once the body is known to fit
	size := firstChunk
	if n := res.ContentLength; n >= 0 && n < maxChunk {
		size = int(n) + 1 // one more, so that the end is seen without growing
	}
	chunk := make([]byte, 0, size)
	for total := int64(0); ; {
		n, err := res.Body.Read(chunk[len(chunk):cap(chunk)])
		chunk = chunk[:len(chunk)+n]
		total += int64(n)
		switch {
		case total > limit:
			return beginning(append(chunks, chunk), min(limit, MaxShown)), true, nil
		case err == io.EOF:
			return join(chunks, chunk), false, nil
		case err != nil:
			return beginning(append(chunks, chunk), MaxShown), false, err
		}
		if len(chunk) == cap(chunk) {
			chunks = append(chunks, chunk)
			chunk = make([]byte, 0, min(2*cap(chunk), maxChunk))
		}
	}
}

func join(chunks [][]byte, last []byte) []byte {
	if chunks == nil {
		return last
	}
	return bytes.Join(append(chunks, last), nil)
}

// beginning returns at most the first limit bytes of all chunks, without joining the rest.
func beginning(chunks [][]byte, limit int64) (first []byte) {
	for _, chunk := range chunks {
		first = append(first, chunk[:min(int64(len(chunk)), limit-int64(len(first)))]...)
	}
	return first
}
