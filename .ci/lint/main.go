// Command lint checks the Go code with staticcheck and other analyzers, and the spelling and vocabulary of all files. It
// replaces golangci-lint, which would download and compile 150 modules.
//
// The comment "//lint:ignore NAME reason" suppresses the check NAME on the next line.
package main

import (
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"codeberg.org/polyfloyd/go-errorlint/errorlint"
	"github.com/OpenPeeDeeP/depguard/v2"
	"github.com/alingse/nilnesserr"
	"github.com/ashanbrown/forbidigo/v2/pkg/analyzer"
	"github.com/breml/bidichk/pkg/bidichk"
	"github.com/gordonklaus/ineffassign/pkg/ineffassign"
	"github.com/gostaticanalysis/nilerr"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/ldez/usetesting"
	"github.com/nishanths/exhaustive"
	"github.com/sonatard/noctx"
	"github.com/timakin/bodyclose/passes/bodyclose"
	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/lintcmd"
	"honnef.co/go/tools/quickfix"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

const (
	tests      = `_test\.go$|^tests/`
	noCaller   = `_test\.go$|/main\.go$|^api/validator\.go$` // no caller could pass a context
	modelsTime = `^tests/faults/`                            // sleeps only in a testing/synctest bubble
)

func main() {
	cmd := lintcmd.NewCommand("lint")
	// ST1003 is off because generated code takes its names from the OpenAPI document. QF1001 and QF1008 are matters of taste.
	cmd.ParseFlags(append([]string{"-checks", "all,-ST1003,-QF1001,-QF1008"}, os.Args[1:]...))
	for _, all := range [][]*lintAnalyzer{simple.Analyzers, staticcheck.Analyzers, stylecheck.Analyzers, quickfix.Analyzers, {unused.Analyzer}} {
		cmd.AddAnalyzers(all...)
	}

	imports, err := depguard.NewAnalyzer(&importRules)
	check(err)
	nilnesserr, err := nilnesserr.NewAnalyzer(nilnesserr.LinterSetting{})
	check(err)
	errorlint := errorlint.NewAnalyzer()
	check(errorlint.Flags.Set("errorf", "true"))
	check(exhaustive.Analyzer.Flags.Set("d", "true"))
	check(exhaustive.Analyzer.Flags.Set("typeignore", `^(reflect|go\.yaml\.in/yaml/v\d|.*/json/jsontext)\.Kind$|/schema\.TypeSet$`))
	cmd.AddBareAnalyzers(
		except(tests, documented),
		except(``, imports),
		except(``, bidichk.NewAnalyzer()), // characters that change the direction of text
		except(``, errorlint),             // == and type assertions on wrapped errors
		except(``, exhaustive.Analyzer),   // a switch that does not cover all values of an enum
		except(``, ineffassign.Analyzer),  // assignments without effect
		except(``, unnecessaryConversion),
		except(``, nilerr.Analyzer),                          // returning nil although an error was found
		except(``, nilnesserr),                               // returning a different error that is nil
		except(``, usetesting.NewAnalyzer()),                 // calls that package testing replaces, such as os.MkdirTemp
		except(tests, bodyclose.Analyzer),                    // response bodies that are not closed
		except(tests+`|^internal/tools/`, errcheck.Analyzer), // unchecked errors
		except(tests, noctx.Analyzer),                        // requests without a context
		except(noCaller, forbid("noBackground", `^context\.(Background|TODO)$`, "pass the caller's context, so that its deadline and cancellation apply")),
		except(modelsTime, forbid("noSleep", `^time\.Sleep$`, "wait for an event (a channel, testing/synctest) instead")),
		except(`_test\.go$`, forbid("noPrint", `^fmt\.Print(f|ln)?$`, "write to an io.Writer that the caller passes")),
	)
	words, systems := checkWords(), checkSystems()
	if cmd.Execute() != 0 || !words || !systems {
		os.Exit(1)
	}
}

// except changes an analyzer so that it ignores generated files and files whose path matches a pattern.
func except(files string, a *analysis.Analyzer) *analysis.Analyzer {
	excepted := regexp.MustCompile(`\.gen\.go$`)
	if files != "" {
		excepted = regexp.MustCompile(files + `|\.gen\.go$`)
	}
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		report := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			file := strings.TrimPrefix(filepath.ToSlash(pass.Fset.Position(d.Pos).Filename), root)
			d.Category = a.Name // lintcmd uses the category as the name of the check
			if !excepted.MatchString(file) {
				report(d)
			}
		}
		return run(pass)
	}
	return a
}

func forbid(name, pattern, message string) *analysis.Analyzer {
	a := analyzer.NewAnalyzer()
	a.Name = name
	check(a.Flags.Set("analyze_types", "true"))
	check(a.Flags.Set("p", "{p: '"+pattern+"', msg: '"+strings.ReplaceAll(message, "'", "''")+"'}"))
	return a
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
