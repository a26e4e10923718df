package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

const targetsCategory = "Which endpoints"

// listFilter describes a filter flag that accepts a list of values.
type listFilter struct {
	flag, usage string
	noun        string // what messages call a value
	commas      bool   // commas separate values; otherwise they are part of a name
	one         bool   // each value usually selects one endpoint
	filter      func(...string) gen.EndpointFilter
	documented  []string // the documented values; a test compares them with the spec
	everything  []string // values that together match every endpoint that an abort could affect
}

var (
	platforms   = []string{wrapper.PlatformWindows, wrapper.PlatformLinux, wrapper.PlatformMacOS, wrapper.PlatformAndroid}
	isolation   = []string{wrapper.Isolated, wrapper.Unisolated}
	activeScans = []string{wrapper.ScanPending, wrapper.ScanInProgress}

	scanStatuses = []string{
		wrapper.ScanNone, wrapper.ScanPending, wrapper.ScanInProgress, wrapper.ScanCanceled,
		wrapper.ScanAborted, wrapper.ScanPendingCancellation, wrapper.ScanSuccess, wrapper.ScanError,
	}
)

var listFilters = []listFilter{
	{flag: "endpoint-id", usage: "with this endpoint `ID`", noun: "endpoint ID", commas: true, one: true, filter: wrapper.EndpointIDs},
	{flag: "hostname", usage: "with this host `NAME`", noun: "host name", commas: true, one: true, filter: wrapper.Hostnames},
	{flag: "ip", usage: "with this IP `ADDRESS`", noun: "IP address", commas: true, one: true, filter: wrapper.IPs},
	{flag: "platform", usage: "of this `PLATFORM`", noun: "platform", commas: true, filter: wrapper.Platforms,
		documented: platforms, everything: platforms},
	{flag: "status", usage: "whose scan has this `STATUS`", noun: "scan status", commas: true, filter: wrapper.ScanStatuses,
		documented: scanStatuses, everything: activeScans},
	{flag: "isolation", usage: "with this isolation `STATE`", noun: "isolation", commas: true, filter: wrapper.Isolation,
		documented: isolation, everything: isolation},
	{flag: "group", usage: "in the endpoint group `NAME`", noun: "group", filter: wrapper.GroupNames},
	{flag: "alias", usage: "with the alias `NAME`", noun: "alias", one: true, filter: wrapper.Aliases},
	{flag: "username", usage: "on which the user `NAME` is logged in", noun: "user name", filter: wrapper.Usernames},
	{flag: "distribution", usage: "installed from the distribution `NAME`", noun: "distribution", filter: wrapper.Distributions},
}

// listFileFlags maps each list flag to the flag that reads the same values from a file.
var listFileFlags = map[string]string{"endpoint-id": "endpoint-id-file", "hostname": "hostname-file"}

var timeFilters = []struct {
	flag, usage, words string
	filter             func(time.Time) gen.EndpointFilter
}{
	{"seen-since", "last seen at this `TIME` or later", "last seen at or after", wrapper.LastSeenSince},
	{"seen-until", "last seen at this `TIME` or earlier", "last seen at or before", wrapper.LastSeenUntil},
	{"first-seen-since", "first seen at this `TIME` or later", "first seen at or after", wrapper.FirstSeenSince},
	{"first-seen-until", "first seen at this `TIME` or earlier", "first seen at or before", wrapper.FirstSeenUntil},
}

// No endpoint was seen before oldest: Cortex XDR was introduced in 2019.
var oldest = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)

func targetFlags() []cli.Flag {
	flags := []cli.Flag{&cli.BoolFlag{Name: "all", Category: targetsCategory, Usage: "every endpoint of the tenant"}}
	for _, f := range listFilters {
		usage := f.usage
		if f.documented != nil {
			usage += ": " + strings.Join(f.documented, ", ")
		}
		flags = append(flags, &cli.StringSliceFlag{Name: f.flag, Category: targetsCategory, Usage: usage})
		if name := listFileFlags[f.flag]; name != "" {
			flags = append(flags, &cli.StringFlag{Name: name, Category: targetsCategory, TakesFile: true, OnlyOnce: true,
				Usage: fmt.Sprintf("with one of the %ss in this `FILE`, one per line; - is standard input", f.noun)})
		}
	}
	for _, f := range timeFilters {
		flags = append(flags, &cli.StringFlag{Name: f.flag, Category: targetsCategory, Usage: f.usage, OnlyOnce: true})
	}
	return append(flags, &cli.StringSliceFlag{Name: "where", Category: targetsCategory,
		Usage: "that match another filter, in the form `FIELD:OPERATOR:VALUE`"})
}

// targets describes the endpoints that the command line selects.
type targets struct {
	wrapper.Targets // set by readFiles
	all             bool
	filters         []filter
}

// filter is a filter in the request, with the flag that it comes from.
type filter struct {
	gen.EndpointFilter
	flag   string
	words  string // describes the filter in the confirmation; the values follow
	values []string
	time   time.Time   // set for a time filter
	list   *listFilter // set for a list filter
	file   string      // a file with more values; readFiles adds the values
}

// parseTargets parses the filter flags. A command line without any of them is an error and never means "all".
func parseTargets(cmd *cli.Command, now time.Time) (*targets, error) {
	t := &targets{all: cmd.Bool("all")}
	if err := cmp.Or(t.parseLists(cmd), t.parseTimes(cmd, now), t.parseWhere(cmd)); err != nil {
		return nil, err
	}
	switch {
	case t.all && len(t.filters) > 0:
		return nil, usagef("--all cannot be used with a filter")
	case !t.all && len(t.filters) == 0:
		return nil, usagef("no endpoints were given: add a filter (such as --hostname) or --all").
			hint("See cortexscan abort --help.")
	}
	return t, nil
}

func (t *targets) parseLists(cmd *cli.Command) error {
	stdin := ""
	for i := range listFilters {
		list := &listFilters[i]
		values, err := listFlag(cmd, list.flag, list.commas)
		if err != nil {
			return err
		}
		if list.flag == "ip" {
			for _, v := range values {
				// The service responds to an invalid address with status 500 and an unclear message.
				if _, err := netip.ParseAddr(v); err != nil {
					return usagef("invalid value %q for --ip: expected an IP address", printable(v))
				}
			}
		}
		f := filter{flag: list.flag, words: list.noun, values: values, list: list}
		if name := listFileFlags[list.flag]; name != "" && cmd.IsSet(name) {
			if f.file, err = fileFlag(cmd, name); err != nil {
				return err
			}
			if f.file == "-" && stdin != "" {
				return usagef("--%s and --%s cannot both read standard input", stdin, name)
			} else if f.file == "-" {
				stdin = name
			}
		}
		if f.values != nil || f.file != "" {
			t.filters = append(t.filters, f)
		}
	}
	return nil
}

func (t *targets) parseTimes(cmd *cli.Command, now time.Time) error {
	for _, f := range timeFilters {
		if !cmd.IsSet(f.flag) {
			continue
		}
		value, err := stringFlag(cmd, f.flag)
		if err != nil {
			return err
		}
		at, err := parseTime(value, now)
		if err != nil {
			return usagef("invalid value %q for --%s: %s", printable(value), f.flag, err)
		}
		shown := at.In(now.Location()).Format(time.RFC3339)
		t.filters = append(t.filters, filter{EndpointFilter: f.filter(at), flag: f.flag, words: f.words, values: []string{shown}, time: at})
	}
	return nil
}

// parseWhere parses --where. If the flag is repeated with the same field and operator, the values are combined, as for
// other flags.
func (t *targets) parseWhere(cmd *cli.Command) error {
	first := len(t.filters)
	for _, where := range cmd.StringSlice("where") {
		if err := checkValue("where", strings.TrimSpace(where)); err != nil {
			return err
		}
		parts := strings.SplitN(where, ":", 3)
		if len(parts) != 3 {
			return usagef("invalid value %q for --where: expected FIELD:OPERATOR:VALUE, such as hostname:in:laptop-17", printable(where))
		}
		if slices.ContainsFunc(parts, text.IsBlank) {
			return usagef("--where has a blank field, operator or value: is a variable unset?")
		}
		field, operator, value := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), parts[2]
		if flags := timeFlags(field); flags != nil {
			return usagef("--where does not support times: for %s, use %s", field, strings.Join(flags, " or "))
		}
		words := field + " " + operator
		i := slices.IndexFunc(t.filters[first:], func(other filter) bool { return other.words == words })
		if i < 0 {
			i = len(t.filters) - first
			t.filters = append(t.filters, filter{flag: "where", words: words})
		}
		f := &t.filters[first+i]
		f.values = append(f.values, value)
		f.EndpointFilter = wrapper.Where(field, operator, f.values...)
	}
	return nil
}

// timeFlags returns the flags for a field whose values are times. It returns nil for any other field. --where cannot
// set times, because it supports only strings.
func timeFlags(field string) []string {
	var flags []string
	for _, f := range timeFilters {
		if f.filter(time.Time{}).Field == field {
			flags = append(flags, "--"+f.flag)
		}
	}
	return flags
}

// stdinFlag returns the name of the flag that reads standard input. It returns "" if no flag does.
func (t *targets) stdinFlag() string {
	for _, f := range t.filters {
		if f.file == "-" {
			return listFileFlags[f.flag]
		}
	}
	return ""
}

// readFiles adds the values from files and sets t.Targets.
func (t *targets) readFiles(ctx context.Context, s *session) error {
	filters := make([]gen.EndpointFilter, len(t.filters))
	for i := range t.filters {
		f := &t.filters[i]
		if f.file != "" {
			values, err := readList(ctx, s, f)
			if err != nil {
				return err
			}
			f.values = append(f.values, values...)
		}
		if f.list != nil {
			f.values = distinct(f.values)
			f.EndpointFilter = f.list.filter(f.values...)
		}
		filters[i] = f.EndpointFilter
	}
	t.Targets = wrapper.AllEndpoints()
	if !t.all {
		t.Targets = wrapper.Matching(filters...)
	}
	return nil
}

func distinct(values []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}

const maxListFile = 16 << 20 // bytes, far more than the largest tenant needs

// readList reads a filter's file, which contains one value per line.
func readList(ctx context.Context, s *session, f *filter) ([]string, error) {
	if f.file == "-" && s.io.InIsTerminal {
		s.io.Notef("Type or paste the %ss, one per line. Then press %s.\n", f.list.noun, endOfInput())
	}
	name := inputName(f.file)
	content, err := terminal.Await(ctx, func() ([]byte, error) {
		in := s.io.In
		if f.file != "-" {
			file, err := os.Open(f.file) //nolint:gosec // the user names the file
			if err != nil {
				return nil, err
			}
			defer func() { _ = file.Close() }()
			in = file
		}
		return io.ReadAll(io.LimitReader(in, maxListFile+1))
	}, func() {})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, usagef("%s cannot be read: %s", name, printable(recording.Cause(err)))
	case len(content) > maxListFile:
		return nil, usagef("%s is larger than %d MiB: is this a list of %ss?", name, maxListFile>>20, f.list.noun)
	}
	return parseList(content, name, f.list.noun)
}

// parseList returns the values in a list. It skips blank lines and comments. A line with quotes, commas or spaces is
// an error, because it would not match any endpoint.
func parseList(content []byte, name, noun string) ([]string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}) || bytes.IndexByte(content, 0) >= 0 {
		return nil, usagef("%s is encoded in UTF-16, or is not a text file: save it as UTF-8", name).
			hint("In PowerShell: … | Out-File -Encoding utf8 FILE.")
	}
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(content))
	var values []string
	number := 0
	for line := range strings.SplitSeq(lines, "\n") {
		number++
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case !utf8.ValidString(line):
			return nil, usagef("%s, line %d: not valid UTF-8: save the file as UTF-8", name, number)
		case text.IsBlank(line):
			continue
		case strings.ContainsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;"'`, r) }):
			return nil, usagef("%s, line %d: expected one %s per line, without quotes, commas or spaces", name, number, noun)
		}
		values = append(values, line)
	}
	if values == nil {
		return nil, usagef("%s contains no %ss; nothing was sent", name, noun)
	}
	return values, nil
}

// everything reports whether --all is set, or the filters match every endpoint that an abort could affect.
func (t *targets) everything(now time.Time) bool {
	return t.all || !slices.ContainsFunc(t.filters, func(f filter) bool { return !f.excludesNothing(now) })
}

func (f *filter) excludesNothing(now time.Time) bool {
	switch {
	case !f.time.IsZero() && strings.HasSuffix(f.flag, "-since"):
		return f.time.Before(oldest)
	case !f.time.IsZero():
		return !f.time.Before(now)
	}
	for _, list := range listFilters {
		same := list.filter()
		if list.everything != nil && same.Field == f.Field && same.Operator == f.Operator {
			return !slices.ContainsFunc(list.everything, func(v string) bool { return !slices.Contains(f.values, v) })
		}
	}
	return false
}

// warnings describes probable mistakes in a valid abort.
func (t *targets) warnings(r *http.Request, now time.Time) []string {
	list := t.timeWarnings(now)
	for _, f := range t.filters {
		if f.excludesNothing(now) {
			list = append(list, fmt.Sprintf("--%s does not exclude any endpoint, so it has no effect", f.flag))
		}
		if w := f.nameWarning(); w != "" {
			list = append(list, w)
		}
	}
	validator, err := loadValidator()
	if err != nil {
		return list // cannot happen: the validator has accepted the request
	}
	for _, p := range validator.Advise(r) {
		list = append(list, t.advice(p))
	}
	return list
}

// nameWarning returns a warning about the first value that looks like a file reference or a wildcard pattern, or
// that contains invisible characters or additional spaces.
func (f *filter) nameWarning() string {
	if !f.time.IsZero() {
		return ""
	}
	for _, v := range f.values {
		shown := text.Visible(v, maxText)
		switch {
		case strings.HasPrefix(v, "@"):
			w := fmt.Sprintf("--%s: %q: the @ is part of the value and does not refer to a file", f.flag, shown)
			if name := listFileFlags[f.flag]; name != "" {
				w += "; use --" + name
			}
			return w
		case strings.ContainsAny(v, "*?"):
			return fmt.Sprintf("--%s: %q: * and ? are not wildcards; names match exactly", f.flag, shown)
		case v != strings.TrimSpace(v):
			return fmt.Sprintf("--%s: %q begins or ends with a space; names match exactly", f.flag, v)
		case !text.IsPrintable(v):
			return fmt.Sprintf("--%s: %q contains invisible characters or double spaces; names match exactly", f.flag, shown)
		}
	}
	return ""
}

// advice describes the problem and names the flag that caused it.
func (t *targets) advice(p api.Problem) string {
	rest, isFilter := strings.CutPrefix(p.Pointer, "/request_data/filters/")
	index, field, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(index)
	if !isFilter || err != nil || n < 0 || n >= len(t.filters) {
		return p.String()
	}
	f := t.filters[n]
	given := ""
	switch kind, index, _ := strings.Cut(field, "/"); kind {
	case "field":
		given = f.Field
	case "operator":
		given = f.Operator
	case "value":
		if i, err := strconv.Atoi(index); err == nil && i < len(f.values) {
			given = f.values[i]
		}
	}
	return fmt.Sprintf("--%s: %q %s", f.flag, text.Visible(given, maxText), p.Reason)
}

// timeWarnings returns a warning for each time, and for each range of times, that no endpoint can match. A range can
// consist of --first-seen-since and --seen-until, because an endpoint is first seen before it is last seen.
func (t *targets) timeWarnings(now time.Time) []string {
	var list []string
	since, until := map[string]time.Time{}, map[string]time.Time{}
	for _, f := range t.filters {
		switch {
		case f.time.IsZero():
		case strings.HasSuffix(f.flag, "-since"):
			since[f.flag] = f.time
			if f.time.After(now) {
				list = append(list, fmt.Sprintf("--%s is in the future: no endpoint can match", f.flag))
			}
		default:
			until[f.flag] = f.time
			if f.time.Before(oldest) {
				list = append(list, fmt.Sprintf("--%s is before %d: no endpoint can match", f.flag, oldest.Year()))
			}
		}
	}
	for _, pair := range [][2]string{
		{"seen-since", "seen-until"}, {"first-seen-since", "first-seen-until"}, {"first-seen-since", "seen-until"},
	} {
		from, hasFrom := since[pair[0]]
		to, hasTo := until[pair[1]]
		if hasFrom && hasTo && from.After(to) {
			list = append(list, fmt.Sprintf("--%s is after --%s: no endpoint can match", pair[0], pair[1]))
		}
	}
	return list
}

// fewer returns a note for each filter that has more values than the abort has endpoints. It skips filters whose values
// can each select many endpoints.
func (t *targets) fewer(endpoints gen.Text) []string {
	n, err := endpoints.Int()
	if err != nil {
		return nil
	}
	var notes []string
	for _, f := range t.filters {
		if f.list != nil && f.list.one && n < int64(len(f.values)) {
			notes = append(notes, fmt.Sprintf("only %s selected, although %s were given: check the values", terminal.Count(int(n), "endpoint"), terminal.Count(len(f.values), f.list.noun)))
		}
	}
	return notes
}

func (f *filter) inWords() string {
	words := text.Visible(f.words, maxText)
	if f.file != "" {
		words = fmt.Sprintf("one of the %s from %s:", terminal.Count(len(f.values), f.list.noun), inputName(f.file))
		if len(f.values) == 1 {
			words = fmt.Sprintf("the %s from %s:", f.list.noun, inputName(f.file))
		}
	}
	return words + " " + inWords(f.values)
}

// inWords lists values for the confirmation: the first ten, and the number of others.
func inWords(values []string) string {
	const most = 10
	shown := make([]string, 0, most)
	for _, v := range values[:min(len(values), most)] {
		shown = append(shown, text.Visible(v, maxText))
	}
	joined := strings.Join(shown, " or ")
	if more := len(values) - most; more > 0 {
		joined += " or one of " + terminal.Count(more, "other")
	}
	return joined
}
