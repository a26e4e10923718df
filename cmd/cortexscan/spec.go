package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"example.com/cortexscan/api"
	"github.com/urfave/cli/v3"
	"go.yaml.in/yaml/v3"
)

func specCommand() *cli.Command {
	return &cli.Command{
		Name:      "spec",
		Usage:     "print the contract, an OpenAPI 3.0 document",
		UsageText: "cortexscan spec [--json]",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as JSON, in the same order; --output json is the same"}},
		Description: `Examples:
  cortexscan spec > openapi.yaml
  cortexscan spec --json | jq '.paths | keys'`,
		Action: action(parseSpec, runSpec),
	}
}

type specOptions struct{ json bool }

func parseSpec(s *session, cmd *cli.Command) (specOptions, error) {
	return specOptions{json: cmd.Bool("json") || s.json}, noArguments(cmd)
}

func runSpec(_ context.Context, s *session, o specOptions) error {
	document := api.Document()
	if !o.json {
		s.io.Printf("%s", document)
		return nil
	}
	converted, err := yamlToJSON(document)
	if err != nil {
		return fmt.Errorf("%w: the contract cannot be converted: %w", errFailed, err)
	}
	s.io.Printf("%s\n", converted)
	return nil
}

// yamlToJSON keeps the order of the members, which a map would lose.
func yamlToJSON(document []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	var compact, indented bytes.Buffer
	if err := writeNode(&compact, &root); err != nil {
		return nil, err
	}
	err := json.Indent(&indented, compact.Bytes(), "", "  ")
	return indented.Bytes(), err
}

func writeNode(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return writeNode(b, n.Content[0])
	case yaml.AliasNode:
		return writeNode(b, n.Alias)
	case yaml.MappingNode:
		return writeList(b, "{}", len(n.Content)/2, func(i int) error {
			if err := writeValue(b, n.Content[2*i].Value); err != nil { // a member's name is text, also 200
				return err
			}
			b.WriteByte(':')
			return writeNode(b, n.Content[2*i+1])
		})
	case yaml.SequenceNode:
		return writeList(b, "[]", len(n.Content), func(i int) error { return writeNode(b, n.Content[i]) })
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return err
	}
	return writeValue(b, v)
}

func writeList(b *bytes.Buffer, brackets string, n int, item func(int) error) error {
	b.WriteByte(brackets[0])
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := item(i); err != nil {
			return err
		}
	}
	b.WriteByte(brackets[1])
	return nil
}

func writeValue(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v) // its newline goes when the whole is indented
}
