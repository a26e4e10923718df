package main

import (
	"strings"
	"testing"
	"time"
)

func TestUsageErrorsHaveAHintAndSendNothing(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"stauts 789", `unknown command "stauts" Did you mean "status"? See cortexscan --help.`},
		{"xyz", `unknown command "xyz" See cortexscan --help.`},
		{"help nothing", `unknown command "nothing" See cortexscan --help.`},
		{"status 789 --wiat", "unknown flag --wiat Did you mean --wait? See cortexscan status --help."},
		{"status 789 -x", "unknown flag -x See cortexscan status --help."},
		{"status 789 -o yaml", `invalid value "yaml" for -o: expected text or json See cortexscan status --help.`},
		{"status 789 --url", "--url needs a value See cortexscan status --help."},
		{"status 789 --retries many", `invalid value "many" for --retries: expected a whole number See cortexscan status --help.`},
		{"status 789 --retries -1", `invalid value "-1" for --retries: expected a number from 0 to 100 See cortexscan status --help.`},
		{"status 789 --retries 9223372036854775808", `invalid value "9223372036854775808" for --retries: the number is too large See cortexscan status --help.`},
		{"status 789 --wait=maybe", `invalid value "maybe" for --wait: expected true or false See cortexscan status --help.`},
		{"status 789 --timeout 5x", `invalid value "5x" for --timeout: expected a time such as 5s or 2m See cortexscan status --help.`},
		{"status 789 --wait --every 5", `invalid value "5" for --every: expected a time with its unit, such as 5s See cortexscan status --help.`},
		{"status 789 --timeout 0s", `invalid value "0s" for --timeout: expected a time above zero, such as 5s See cortexscan status --help.`},
		{"status 789 --url a --url b", "--url is given more than once See cortexscan status --help."},
		{"status -5", `the ID of a scan run must be a positive whole number, not "-5" Example: cortexscan status 789. See cortexscan status --help.`},
		{"status 0", `the ID of a scan run must be a positive whole number, not "0" Example: cortexscan status 789. See cortexscan status --help.`},
		{"status 9223372036854775808", "the ID of a scan run must be at most 9223372036854775807"},
		{"status", "the ID of a scan run is missing Example: cortexscan status 789. See cortexscan status --help."},
		{"status 1 2", `unexpected argument "2" Example: cortexscan status 789. See cortexscan status --help.`},
		{"status 789 --key=secret", "unknown flag --key There is no flag for the API key: set CORTEXCLOUD_API_KEY or CORTEXCLOUD_API_KEY_FILE, or use --key-file. See cortexscan status --help."},
		{"abort --all= --yes", "--all has no value: is a variable unset?"},
		{"abort --all=\u200b --yes", "--all has no value: is a variable unset?"},
		{"abort --hostname a, --yes", "--hostname has a blank value: is a variable unset?"},
		{"abort --group a, --yes", "--group has a value that begins or ends with a comma: is a variable unset?"},
		{"abort --where last_seen:gte:0 --yes", "--where does not support times: for last_seen, use --seen-since or --seen-until"},
		{"abort stray --all", `unexpected argument "stray" See cortexscan abort --help.`},
	} {
		trial := newTrial(t, strings.Fields(c.args)...)
		trial.run(t, t.Context(), exitUsage)
		got := strings.Join(strings.Fields(strings.NewReplacer("error:", "", "hint:", "").Replace(trial.stderr.String())), " ")
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.args, got, c.want)
		}
		if trial.stdout.Len() > 0 || len(trial.tenant.Calls()) > 0 {
			t.Errorf("%s: got output %q and %d requests, want none", c.args, &trial.stdout, len(trial.tenant.Calls()))
		}
	}
}

func TestTimesAreParsed(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 22, 21, 0, 0, 0, berlin)
	for _, c := range []struct{ text, want string }{
		{"2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"},
		{"2026-11-01T10:00:00.5+02:00", "2026-11-01T08:00:00.5Z"},
		{"2026-11-01", "2026-10-31T23:00:00Z"}, // midnight, local time
		{"7d", "2026-11-15T20:00:00Z"},
		{"1d12h", "2026-11-21T08:00:00Z"},
		{"90m", "2026-11-22T18:30:00Z"},
		{"0d1s", "2026-11-22T19:59:59Z"},

		{"", ""}, {"0h", ""}, {"0d", ""}, {"-24h", ""}, {"-7d", ""}, {"1d-12h", ""}, {"7", ""}, {"d", ""}, {"1.5d", ""},
		{"yesterday", ""}, {"2026-13-01", ""}, {"99999999999d", ""}, {"106752d", ""}, {"106751d24h", ""},
	} {
		at, err := parseTime(c.text, now)
		got := at.UTC().Format(time.RFC3339Nano)
		if (err != nil) != (c.want == "") || err == nil && got != c.want {
			t.Errorf("%q: got %s, %v, want %q", c.text, got, err, c.want)
		}
	}
}
