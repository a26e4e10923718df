package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

// checkSystems type-checks the code and its dependencies for other platforms. It prints the errors that a compiler would
// report, and returns false if there are any. Compiling instead would take a minute for each platform.
func checkSystems() bool {
	good := true
	for _, system := range []string{"windows/amd64", "darwin/arm64", "linux/386"} {
		goos, goarch, _ := strings.Cut(system, "/")
		loaded, err := packages.Load(&packages.Config{
			Mode:       packages.LoadAllSyntax,
			Tests:      true,
			BuildFlags: []string{"-tags=toolchain,live,prism"},
			Env:        append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch),
		}, "./...")
		check(err)
		if len(loaded) == 0 || packages.PrintErrors(loaded) > 0 {
			good = false
			fmt.Println("the code does not compile for", system)
		}
	}
	return good
}
