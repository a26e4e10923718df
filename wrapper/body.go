package wrapper

import (
	"bytes"
	"io"
	"net/http"
)

const (
	maxKeptBody = 64 << 10 // of APIError.Body
	firstChunk  = 4 << 10
	maxChunk    = 1 << 20
)

// readBody reads at most limit bytes of the answer and closes it. Read to its end, the connection can be used
// again. Of a body over the limit, or one that breaks off, only the beginning is returned.
func readBody(res *http.Response, limit int64) (body []byte, tooLarge bool, err error) {
	defer func() { _ = res.Body.Close() }() // what it could say came with the last read
	if res.ContentLength > limit {
		body, _ = io.ReadAll(io.LimitReader(res.Body, min(limit, maxKeptBody)))
		return body, true, nil
	}
	var chunks [][]byte // full ones; joined only once the answer is known to fit
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
			return first(append(chunks, chunk), min(limit, maxKeptBody)), true, nil
		case err == io.EOF:
			return join(chunks, chunk), false, nil
		case err != nil:
			return first(append(chunks, chunk), maxKeptBody), false, err
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

// first returns at most the first max bytes of all chunks, without joining the rest.
func first(chunks [][]byte, max int64) (beginning []byte) {
	for _, chunk := range chunks {
		beginning = append(beginning, chunk[:min(int64(len(chunk)), max-int64(len(beginning)))]...)
	}
	return beginning
}

// bounded returns at most the first max bytes, in memory of their own where that frees the rest.
func bounded(body []byte, max int) []byte {
	if len(body) > max {
		return bytes.Clone(body[:max])
	}
	return body
}
