// Package bench_test compares the cost of a call with this client and with its alternatives. README.md lists the results.
package bench_test

import (
	"fmt"
	"testing"
)

// benchstat reads the contestant from who= in the name.
func BenchmarkCall(b *testing.B) {
	for _, medium := range []string{"memory", "loopback"} {
		for _, k := range cases {
			for _, c := range contestants {
				if k.code != 200 && c.name == "bare" {
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
