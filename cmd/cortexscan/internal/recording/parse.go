package recording

import "bytes"

// Parse reads a recording. Its error is an [*Error].
func Parse(content []byte) (*Recording, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	trimmed := bytes.TrimSpace(content)
	switch {
	case len(trimmed) == 0:
		return nil, &Error{Reason: "empty"}
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}), bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return nil, &Error{"the text is encoded in UTF-16", "Save it as UTF-8. (In PowerShell: … | Out-File -Encoding utf8 FILE.)"}
	case trimmed[0] == '{' || trimmed[0] == '[':
		return parseHAR(trimmed)
	case isCurlCommand(trimmed):
		return nil, &Error{"a curl command, not a recorded request", howToRecord}
	}
	return parseRaw(content)
}

func isCurlCommand(content []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimPrefix(content, []byte("$ ")), []byte(" "))
	return string(first) == "curl" || string(first) == "curl.exe"
}
