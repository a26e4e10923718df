// Package bench_test measures what a call costs, beside what people would use instead. README.md lists the results
// and says how to read them.
package bench_test

import (
	"fmt"
	"testing"
)

// The names are in benchstat's form.
func BenchmarkCall(b *testing.B) {
	for _, medium := range []string{"memory", "loopback"} {
		for _, k := range cases {
			for _, c := range contestants {
				if k.errors && c.name == "bare" {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/who=%s", medium, k.name, c.name), func(b *testing.B) {
					call := setUp(b, c, k, medium == "loopback")
					b.ReportAllocs()
					for b.Loop() {
						if err := call(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
