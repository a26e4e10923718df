package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"

	"example.com/cortexscan/api/internal/strictjson"
)

// decimal is the exact number 0.digits × 10^point, or its negative. The digits do not begin or end with a zero, and the
// number zero has no digits, so equal numbers are equal decimals.
type decimal struct {
	negative bool
	digits   string
	point    int64
}

// parseDecimal parses a JSON number in linear time, whatever its exponent.
func parseDecimal(literal string) decimal {
	const limit = 1 << 60 // adding the number of digits can't overflow an int64
	literal, negative := strings.CutPrefix(literal, "-")
	mantissa, exponent := literal, ""
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		mantissa, exponent = literal[:i], literal[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	n, _ := strconv.ParseInt(exponent, 10, 64) // if the exponent is out of range, n is the nearest int64
	d := decimal{negative, strings.TrimRight(digits, "0"), min(max(n, -limit), limit) + int64(len(digits)-len(fraction))}
	if d.digits == "" {
		return decimal{}
	}
	return d
}

func (d decimal) isInteger() bool { return int64(len(d.digits)) <= d.point }

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d decimal) compare(e decimal) int {
	if signs := cmp.Compare(d.sign(), e.sign()); signs != 0 {
		return signs
	}
	return d.sign() * cmp.Or(cmp.Compare(d.point, e.point), cmp.Compare(d.digits, e.digits))
}

// isMultipleOf reports whether d is an integer multiple of e, which must not be zero.
func (d decimal) isMultipleOf(e decimal) bool {
	// d = D × 10^m, and e = E × 10^n, with integers D and E. D is not divisible by 10, so d is not a multiple of e if m
	// < n.
	m, n := d.point-int64(len(d.digits)), e.point-int64(len(e.digits))
	if d.digits == "" || m < n {
		return d.digits == ""
	}
	divisor, _ := new(big.Int).SetString(e.digits, 10)
	rest, ten := new(big.Int), big.NewInt(10)
	for _, digit := range []byte(d.digits) {
		rest.Mod(rest.Add(rest.Mul(rest, ten), big.NewInt(int64(digit-'0'))), divisor)
	}
	power := new(big.Int).Exp(ten, big.NewInt(m-n), divisor)
	return rest.Mod(rest.Mul(rest, power), divisor).Sign() == 0
}

// canonical returns the same string for two JSON values if and only if they are equal. 1 and 1.0 are equal, and the
// order of properties does not matter.
func canonical(value any) string {
	var b strings.Builder
	writeCanonical(&b, value)
	return b.String()
}

func writeCanonical(b *strings.Builder, value any) {
	switch value := value.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(value))
	case string:
		b.WriteString(strconv.Quote(value))
	case json.Number:
		d := parseDecimal(string(value))
		b.WriteString(strconv.Itoa(d.sign()) + "." + d.digits + "e" + strconv.FormatInt(d.point, 10))
	case []any:
		b.WriteByte('[')
		for _, item := range value {
			writeCanonical(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for _, name := range slices.Sorted(maps.Keys(value)) {
			b.WriteString(strconv.Quote(name) + ":")
			writeCanonical(b, value[name])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	}
}

// bound is the value of a keyword such as minimum.
type bound struct {
	decimal
	literal string
}

// bound returns the exact value of a keyword, or nil if the schema lacks the keyword. float is the value as parsed
// by kin-openapi, possibly rounded.
func (e exactNumbers) bound(keyword string, float *float64) *bound {
	if float == nil {
		return nil
	}
	literal, ok := e[keyword].(string)
	if !ok {
		literal = strconv.FormatFloat(*float, 'f', -1, 64)
	}
	return &bound{parseDecimal(literal), literal}
}

// enum returns the values of an enumeration in canonical form.
func (e exactNumbers) enum(values []any) map[string]bool {
	if len(values) == 0 {
		return nil
	}
	exact, isExact := e["enum"].([]any)
	set := map[string]bool{}
	for i, value := range values {
		text, _ := json.Marshal(value) // cannot fail: the value came from JSON
		if isExact && i < len(exact) {
			text = []byte(fmt.Sprint(exact[i]))
		}
		decoded, _, _ := strictjson.Read(text, 0)
		set[canonical(decoded)] = true
	}
	return set
}

// exactNumbers maps keywords of a schema to their exact values if kin-openapi would round them to a float64. The values
// of minimum, maximum and multipleOf are number literals. The value of enum is a list of JSON texts.
type exactNumbers map[string]any

// exactExtension is the name of the schema extension in which KeepExactNumbers stores exact values.
const exactExtension = "x-exact-numbers"

// formats contains the checks for formats that kin-openapi does not check, or does not check exactly.
var formats = map[string]func(value any) bool{
	"int32": func(value any) bool { return isInt(value, 32) },
	"int64": func(value any) bool { return isInt(value, 64) },
	"uuid":  func(value any) bool { text, isString := value.(string); return !isString || uuid.MatchString(text) },
	"date-time": func(value any) bool { // RFC 3339 allows a lowercase t and z
		text, isString := value.(string)
		return !isString || dateTime.VisitJSON(strings.ToUpper(text)) == nil
	},
}

var (
	uuid     = regexp.MustCompile("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
	dateTime = &openapi3.Schema{Format: "date-time"}
)

// isInt reports whether a number is at least -2^(bits-1) and less than 2^(bits-1). It also returns true for a value
// that is not a number. It accepts a fraction, because the type keyword decides whether fractions are valid.
func isInt(value any, bits int) bool {
	number, isNumber := value.(json.Number)
	_, err := strconv.ParseInt(string(number), 10, bits)
	if !isNumber || err == nil {
		return true
	}
	d := parseDecimal(string(number))
	limit := parseDecimal(strconv.FormatUint(1<<(bits-1), 10))
	lowest := limit
	lowest.negative = true
	return lowest.compare(d) <= 0 && d.compare(limit) < 0
}

var mayBeInexact = regexp.MustCompile(`[0-9]{16}`)

// KeepExactNumbers extends an OpenAPI document with the exact values of numbers that float64 can't represent. It stores
// the values in an extension of each schema that contains such numbers.
func KeepExactNumbers(document []byte) ([]byte, error) {
	if !mayBeInexact.Match(document) { // the usual case
		return document, nil
	}
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil || !keepExact(&root) {
		return document, err
	}
	return yaml.Marshal(&root)
}

func keepExact(node *yaml.Node) (changed bool) {
	exact := map[string]any{}
	for i, child := range node.Content {
		changed = keepExact(child) || changed
		if node.Kind != yaml.MappingNode || i%2 == 0 {
			continue
		}
		switch keyword := node.Content[i-1].Value; keyword {
		case "minimum", "maximum", "multipleOf":
			if isInexact(child) {
				exact[keyword] = child.Value
			}
		case "enum":
			if slices.ContainsFunc(child.Content, isInexact) {
				exact[keyword] = jsonOf(child.Content)
			}
		}
	}
	if len(exact) == 0 {
		return changed
	}
	var value yaml.Node
	if value.Encode(exact) != nil {
		return changed
	}
	node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: exactExtension}, &value)
	return true
}

func isInexact(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" && n.ShortTag() != "!!float" {
		return false
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	return err == nil && parseDecimal(n.Value) != parseDecimal(strconv.FormatFloat(f, 'f', -1, 64))
}

func jsonOf(nodes []*yaml.Node) []string {
	var list []string
	for _, n := range nodes {
		if text := n.Value; isInexact(n) {
			list = append(list, text)
			continue
		}
		var value any
		_ = n.Load(&value)
		text, _ := json.Marshal(value)
		list = append(list, string(text))
	}
	return list
}
