package wrapper

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
)

// Targets are the endpoints that an operation is for. Make them with [AllEndpoints] or [Matching]. The zero Targets are refused, so
// that nothing that was left empty by mistake reaches a whole tenant.
type Targets struct {
	all     bool
	filters []gen.EndpointFilter
}

// AllEndpoints means every endpoint of the tenant.
func AllEndpoints() Targets { return Targets{all: true} }

// Matching means the endpoints that match every one of the filters. No filter, a filter without a value and a blank value, as an
// unset shell variable leaves one, make the call fail with [ErrInvalidRequest]; they never mean all endpoints.
func Matching(filters ...gen.EndpointFilter) Targets {
	filters = slices.Clone(filters)
	for i, f := range filters {
		if values, ok := f.Value.([]string); ok {
			filters[i].Value = slices.Clone(values) // the caller may change its slice after the check
		}
	}
	return Targets{filters: filters}
}

// encode returns the targets as the spec documents them.
func (t Targets) encode() (gen.EndpointFilters, error) {
	if t.all {
		return gen.AllEndpoints, nil
	}
	if len(t.filters) == 0 {
		return nil, errors.New("no endpoints are named: use Matching with at least one filter, or AllEndpoints")
	}
	for i, f := range t.filters {
		if err := checkFilter(f); err != nil {
			return nil, fmt.Errorf("filter %d (%s): %w", i+1, cmp.Or(text.Printable(f.Field, maxFieldText), "no field"), err)
		}
	}
	return t.filters, nil
}

func checkFilter(f gen.EndpointFilter) error {
	if text.IsBlank(f.Field) || text.IsBlank(f.Operator) {
		return errors.New("its field or operator is blank")
	}
	switch value := f.Value.(type) {
	case []string:
		return checkValues(value)
	case string:
		return checkValues([]string{value})
	case int64:
		return checkTime(value)
	case int:
		return checkTime(int64(value))
	case nil:
		return errors.New("it has no value")
	}
	return fmt.Errorf("its value is a %T, not a []string, a string, or an int64 of milliseconds", f.Value)
}

func checkValues(values []string) error {
	if len(values) == 0 {
		return errors.New("it has no value")
	}
	if i := slices.IndexFunc(values, text.IsBlank); i >= 0 {
		return fmt.Errorf("value %d of %d is blank: is a variable unset?", i+1, len(values))
	}
	return nil
}

// checkTime refuses what becomes of an unset time: "seen since 1970" would match every endpoint.
func checkTime(millis int64) error {
	if millis <= 0 {
		return errors.New("its time is not after 1 January 1970: is a variable unset?")
	}
	return nil
}
