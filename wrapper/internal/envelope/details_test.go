package envelope

import (
	"fmt"
	"strings"
	"testing"
)

// TestDetailsAreBounded: the first hundred of a list, and of a map those whose fields sort first.
func TestDetailsAreBounded(t *testing.T) {
	for _, n := range []int{1, 99, 100, 101, 1000} {
		var list, byField []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"field":"f%04d","message":"m"}`, i))
			byField = append(byField, fmt.Sprintf(`"f%04d":{"message":"m"}`, n-1-i))
		}
		for _, body := range []string{
			`{"err_msg":"m","err_extra":[` + strings.Join(list, ",") + `]}`,
			`{"errorCode":"E","details":{` + strings.Join(byField, ",") + `}}`,
			`{"errors":[` + strings.Join(list, ",") + `]}`,
		} {
			got := Parse([]byte(body), keep).Details
			if last := fmt.Sprintf("f%04d", min(n, 100)-1); len(got) != min(n, 100) || got[0].Field != "f0000" || got[len(got)-1].Field != last {
				t.Errorf("%d: %d details, from %s to %s", n, len(got), got[0].Field, got[len(got)-1].Field)
			}
		}
	}
}
