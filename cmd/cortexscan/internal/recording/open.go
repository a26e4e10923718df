package recording

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxSize is far more than a browser records in a day.
const maxSize = 256 << 20

// ReadFile returns the content of a file, pipe or FIFO. It can block for as long as nobody writes to a FIFO. Its error
// is an [*Error] that does not name the file.
func ReadFile(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, &Error{Reason: reason(err)}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Error{"a directory, not a recording", "Name the recordings in it, such as DIRECTORY/*.har."}
	}
	return Read(f)
}

// Read is [ReadFile] for what is open already, such as standard input.
func Read(r io.Reader) ([]byte, error) { return read(r, maxSize) }

func read(r io.Reader, limit int) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, &Error{Reason: "cannot be read: " + reason(err)}
	case len(content) > limit:
		return nil, &Error{Reason: fmt.Sprintf("larger than %d MiB", limit>>20)}
	}
	return content, nil
}

// reason is the system's, without the file's name, which the caller prints.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}
