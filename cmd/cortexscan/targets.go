package main

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

const targetsCategory = "Which endpoints"

// listFilters are the flags that compare with a list of values.
var listFilters = []struct {
	flag, usage string
	words       string // in the confirmation: "on endpoints with …"
	commas      bool   // they separate values; elsewhere a name may contain one
	filter      func(...string) gen.EndpointFilter
}{
	{"endpoint-id", "with this endpoint `ID`", "endpoint ID", true, wrapper.EndpointIDs},
	{"hostname", "with this host `NAME`", "host name", true, wrapper.Hostnames},
	{"ip", "with this IP `ADDRESS`", "IP address", true, wrapper.IPs},
	{"platform", "of this `PLATFORM`", "platform", true, wrapper.Platforms},
	{"status", "whose scan has this `STATUS`", "scan status", true, wrapper.ScanStatuses},
	{"isolation", "with this isolation `STATE`", "isolation", true, wrapper.Isolation},
	{"group", "of the endpoint group `NAME`", "group", false, wrapper.GroupNames},
	{"alias", "with the alias `NAME`", "alias", false, wrapper.Aliases},
	{"username", "on which the user `NAME` is logged in", "user name", false, wrapper.Usernames},
	{"distribution", "installed from the distribution `NAME`", "distribution", false, wrapper.Distributions},
}

// timeFilters are the flags that compare with a time.
var timeFilters = []struct {
	flag, usage, words string
	filter             func(time.Time) gen.EndpointFilter
}{
	{"seen-since", "last seen at this `TIME` or later", "last seen at or after", wrapper.LastSeenSince},
	{"seen-until", "last seen at this `TIME` or earlier", "last seen at or before", wrapper.LastSeenUntil},
	{"first-seen-since", "first seen at this `TIME` or later", "first seen at or after", wrapper.FirstSeenSince},
	{"first-seen-until", "first seen at this `TIME` or earlier", "first seen at or before", wrapper.FirstSeenUntil},
}

func targetFlags() []cli.Flag {
	flags := []cli.Flag{&cli.BoolFlag{Name: "all", Category: targetsCategory, Usage: "every endpoint of the tenant"}}
	for _, f := range listFilters {
		usage := f.usage
		if values := documentedValues(f.flag); values != nil {
			usage += ": " + strings.Join(values, ", ")
		}
		flags = append(flags, &cli.StringSliceFlag{Name: f.flag, Category: targetsCategory, Usage: usage})
	}
	for _, f := range timeFilters {
		flags = append(flags, &cli.StringFlag{Name: f.flag, Category: targetsCategory, Usage: f.usage, OnlyOnce: true})
	}
	return append(flags, &cli.StringSliceFlag{Name: "where", Category: targetsCategory,
		Usage: "any other filter, as `FIELD:OPERATOR:VALUE`"})
}

// documentedValues are the values that the contract lists for the filter of a flag, nil if it lists none.
func documentedValues(flag string) []string {
	for _, f := range listFilters {
		if f.flag != flag {
			continue
		}
		field := f.filter().Field
		for _, known := range api.KnownFilters() {
			if known.Field == field {
				return known.Values
			}
		}
	}
	return nil
}

// targets are the endpoints that the command line names.
type targets struct {
	wrapper.Targets
	all     bool
	filters []filter
}

// filter is one filter of the request, and what it comes from.
type filter struct {
	gen.EndpointFilter
	flag   string
	words  string // a field and how it is compared
	values []string
	time   time.Time // that it compares with, if it does
}

// readTargets reads the command line. It never takes silence for "all".
func readTargets(cmd *cli.Command, now time.Time) (*targets, error) {
	t := &targets{all: cmd.Bool("all")}
	for _, read := range []func() error{
		func() error { return t.readLists(cmd) },
		func() error { return t.readTimes(cmd, now) },
		func() error { return t.readWhere(cmd) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	switch {
	case t.all && len(t.filters) > 0:
		return nil, usagef("--all cannot be used with a filter")
	case !t.all && len(t.filters) == 0:
		return nil, usagef("no endpoints are named: give a filter, such as --hostname, or --all").
			hint("See cortexscan abort --help.")
	case t.all:
		t.Targets = wrapper.AllEndpoints()
	default:
		filters := make([]gen.EndpointFilter, len(t.filters))
		for i, f := range t.filters {
			filters[i] = f.EndpointFilter
		}
		t.Targets = wrapper.Matching(filters...)
	}
	return t, nil
}

func (t *targets) readLists(cmd *cli.Command) error {
	for _, f := range listFilters {
		values, err := listFlag(cmd, f.flag, f.commas)
		switch {
		case err != nil:
			return err
		case cmd.IsSet(f.flag):
			t.filters = append(t.filters, filter{EndpointFilter: f.filter(values...), flag: f.flag, words: f.words, values: values})
		}
	}
	return checkIPs(cmd)
}

func (t *targets) readTimes(cmd *cli.Command, now time.Time) error {
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
			return usagef("--%s: %s", f.flag, err)
		}
		shown := at.In(now.Location()).Format(time.RFC3339)
		t.filters = append(t.filters, filter{EndpointFilter: f.filter(at), flag: f.flag, words: f.words, values: []string{shown}, time: at})
	}
	return nil
}

// checkIPs refuses what the service would answer with an unclear 500.
func checkIPs(cmd *cli.Command) error {
	values, err := listFlag(cmd, "ip", true)
	if err != nil {
		return err
	}
	for _, v := range values {
		if _, err := netip.ParseAddr(v); err != nil {
			return usagef("--ip: %q is not an IP address", printable(v))
		}
	}
	return nil
}

// readWhere reads --where. As with the other flags, repeating it for one field and operator adds a value.
func (t *targets) readWhere(cmd *cli.Command) error {
	first := len(t.filters)
	for _, where := range cmd.StringSlice("where") {
		parts := strings.SplitN(where, ":", 3)
		if len(parts) != 3 {
			return usagef("--where: want FIELD:OPERATOR:VALUE, such as hostname:in:laptop-17")
		}
		if slices.ContainsFunc(parts, text.IsBlank) {
			return usagef("--where: a part of FIELD:OPERATOR:VALUE is blank: is a variable unset?")
		}
		field, operator, values := parts[0], parts[1], []string{parts[2]}
		if flags := timeFlags(field); flags != nil {
			return usagef("--where: %s is compared with a time: use %s", field, strings.Join(flags, " or "))
		}
		f := filter{EndpointFilter: wrapper.Where(field, operator, values...), flag: "where", words: field + " " + operator, values: values}
		i := slices.IndexFunc(t.filters[first:], func(other filter) bool { return other.words == f.words })
		if i < 0 {
			t.filters = append(t.filters, f)
			continue
		}
		same := &t.filters[first+i]
		same.values = append(same.values, parts[2])
		same.EndpointFilter = wrapper.Where(field, operator, same.values...)
	}
	return nil
}

// timeFlags are the flags for a field that is compared with a time, nil for any other: --where compares with strings.
func timeFlags(field string) []string {
	var flags []string
	for _, f := range timeFilters {
		if f.filter(time.Time{}).Field == field {
			flags = append(flags, "--"+f.flag)
		}
	}
	return flags
}

// inWords lists values for a person to read: the first ten, and how many more.
func inWords(values []string) string {
	const most = 10
	shown := make([]string, 0, most)
	for _, v := range values[:min(len(values), most)] {
		shown = append(shown, printable(v))
	}
	joined := strings.Join(shown, " or ")
	if more := len(values) - most; more > 0 {
		joined += " or one of " + count(more, "other")
	}
	return joined
}
