package text

import (
	"strconv"
	"strings"
)

// MaxListed is the number of phrases that [List] joins.
const MaxListed = 10

// List joins phrases with commas, and the last two with last. If there are more than MaxListed phrases, List
// joins only the first ones and appends the number of the remaining ones.
func List(phrases []string, last string) string {
	if n := len(phrases); n > MaxListed {
		return strings.Join(phrases[:MaxListed], ", ") + " and " + strconv.Itoa(n-MaxListed) + " more"
	}
	n := len(phrases) - 1
	if n < 1 {
		return strings.Join(phrases, "")
	}
	return strings.Join(phrases[:n], ", ") + last + phrases[n]
}
