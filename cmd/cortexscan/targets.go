package main

import (
	"net/netip"
	"strings"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

const targetsCategory = "Which endpoints"

// listFilters are the flags that compare with a list of values.
var listFilters = []struct {
	flag, usage string
	words       string // "endpoints with …"
	commas      bool   // they separate values; elsewhere a name may contain one
	filter      func(...string) gen.EndpointFilter
}{
	{"endpoint-id", "with this endpoint `ID`", "endpoint ID", true, wrapper.EndpointIDs},
	{"hostname", "with this host `NAME`", "host name", true, wrapper.Hostnames},
	{"ip", "with this IP `ADDRESS`", "IP address", true, wrapper.IPs},
	{"platform", "of this `PLATFORM`: windows, linux, macos, android", "platform", true, wrapper.Platforms},
	{"status", "whose scan has this `STATUS`: pending, in_progress, …", "scan status", true, wrapper.ScanStatuses},
	{"isolation", "that are `WHICH`: isolated or unisolated", "isolation", true, wrapper.Isolation},
	{"group", "of the endpoint group `NAME`", "group", false, wrapper.GroupNames},
	{"alias", "with the alias `NAME`", "alias", false, wrapper.Aliases},
	{"username", "on which `NAME` is logged in", "user name", false, wrapper.Usernames},
	{"distribution", "set up with the distribution `NAME`", "distribution", false, wrapper.Distributions},
}

// timeFilters are the flags that compare with a moment.
var timeFilters = []struct {
	flag, usage, words string
	filter             func(time.Time) gen.EndpointFilter
}{
	{"seen-since", "last seen at `TIME` or later", "last seen at or after", wrapper.LastSeenSince},
	{"seen-until", "last seen at `TIME` or earlier", "last seen at or before", wrapper.LastSeenUntil},
	{"first-seen-since", "first seen at `TIME` or later", "first seen at or after", wrapper.FirstSeenSince},
	{"first-seen-until", "first seen at `TIME` or earlier", "first seen at or before", wrapper.FirstSeenUntil},
}

func targetFlags() []cli.Flag {
	flags := []cli.Flag{&cli.BoolFlag{Name: "all", Category: targetsCategory, Usage: "every endpoint of the tenant"}}
	for _, f := range listFilters {
		flags = append(flags, &cli.StringSliceFlag{Name: f.flag, Category: targetsCategory, Usage: f.usage})
	}
	for _, f := range timeFilters {
		flags = append(flags, &cli.StringFlag{Name: f.flag, Category: targetsCategory, Usage: f.usage, OnlyOnce: true})
	}
	return append(flags, &cli.StringSliceFlag{Name: "where", Category: targetsCategory,
		Usage: "any other filter, as `FIELD:OPERATOR:VALUE`"})
}

// targets are the endpoints that the command line names, and the same in words.
type targets struct {
	wrapper.Targets
	all   bool
	words [][2]string // a field and what it is compared with
}

// readTargets reads the command line. It never takes silence for "all".
func readTargets(cmd *cli.Command, now time.Time) (*targets, error) {
	t := &targets{all: cmd.Bool("all")}
	var filters []gen.EndpointFilter
	add := func(f gen.EndpointFilter, field string, values ...string) {
		filters = append(filters, f)
		t.words = append(t.words, [2]string{field, inWords(values)})
	}
	for _, f := range listFilters {
		values, err := listFlag(cmd, f.flag, f.commas)
		switch {
		case err != nil:
			return nil, err
		case cmd.IsSet(f.flag):
			add(f.filter(values...), f.words, values...)
		}
	}
	if err := checkIPs(cmd); err != nil {
		return nil, err
	}
	for _, f := range timeFilters {
		if !cmd.IsSet(f.flag) {
			continue
		}
		text, err := stringFlag(cmd, f.flag)
		if err != nil {
			return nil, err
		}
		at, err := parseWhen(text, now)
		if err != nil {
			return nil, usagef("--%s: %s", f.flag, err)
		}
		add(f.filter(at), f.words, at.In(now.Location()).Format(time.RFC3339))
	}
	others, err := readWhere(cmd)
	if err != nil {
		return nil, err
	}
	for _, f := range others {
		add(wrapper.Where(f.field, f.operator, f.values...), f.field+" "+f.operator, f.values...)
	}
	switch {
	case t.all && len(filters) > 0:
		return nil, usagef("--all and a filter contradict each other: give one of them")
	case !t.all && len(filters) == 0:
		return nil, usagef("no endpoints are named: give a filter, such as --hostname, or --all").
			hint("See cortexscan abort --help.")
	case t.all:
		t.Targets = wrapper.AllEndpoints()
	default:
		t.Targets = wrapper.Matching(filters...)
	}
	return t, nil
}

// checkIPs refuses what the service would answer with a 500.
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

type condition struct {
	field, operator string
	values          []string
}

// readWhere reads --where. As with the other flags, repeating it for one field and operator adds a value.
func readWhere(cmd *cli.Command) ([]*condition, error) {
	var list []*condition
	known := map[string]*condition{}
	for _, where := range cmd.StringSlice("where") {
		parts := strings.SplitN(where, ":", 3)
		if len(parts) != 3 {
			return nil, usagef("--where: want FIELD:OPERATOR:VALUE, such as hostname:in:laptop-17")
		}
		for _, part := range parts {
			if text.IsBlank(part) {
				return nil, usagef("--where: a part of FIELD:OPERATOR:VALUE is blank: is a variable unset?")
			}
		}
		key := parts[0] + ":" + parts[1]
		if known[key] == nil {
			known[key] = &condition{field: parts[0], operator: parts[1]}
			list = append(list, known[key])
		}
		known[key].values = append(known[key].values, parts[2])
	}
	return list, nil
}

// inWords joins values for a person to read: the first ten, and how many more.
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
