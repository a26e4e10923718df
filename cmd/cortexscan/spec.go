package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"example.com/cortexscan/api"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/urfave/cli/v3"
	"go.yaml.in/yaml/v4"
)

func specCommand() *cli.Command {
	return &cli.Command{
		Name:      "spec",
		Usage:     "print the spec, an OpenAPI 3.0 document",
		UsageText: "cortexscan spec [--json]",
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print the spec as JSON, like --output json"}},
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
		return fmt.Errorf("%w: the spec cannot be converted to JSON: %w", errFailed, err)
	}
	s.io.Printf("%s", converted)
	return nil
}

// yamlToJSON converts YAML to JSON without changing the order of the fields. A conversion through a map would lose
// the order.
func yamlToJSON(document []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := writeNode(jsontext.NewEncoder(&b, jsontext.WithIndent("  ")), &root)
	return b.Bytes(), err
}

func writeNode(e *jsontext.Encoder, n *yaml.Node) error {
	switch n.Kind {
	case yaml.DocumentNode:
		return writeNode(e, n.Content[0])
	case yaml.AliasNode:
		return writeNode(e, n.Alias)
	case yaml.MappingNode:
		if err := e.WriteToken(jsontext.BeginObject); err != nil {
			return err
		}
		for i := 0; i < len(n.Content); i += 2 { // Content alternates keys and values
			if err := e.WriteToken(jsontext.String(n.Content[i].Value)); err != nil { // a key that is a number, such as 200, becomes a string
				return err
			}
			if err := writeNode(e, n.Content[i+1]); err != nil {
				return err
			}
		}
		return e.WriteToken(jsontext.EndObject)
	case yaml.SequenceNode:
		if err := e.WriteToken(jsontext.BeginArray); err != nil {
			return err
		}
		for _, item := range n.Content {
			if err := writeNode(e, item); err != nil {
				return err
			}
		}
		return e.WriteToken(jsontext.EndArray)
	}
	var scalar any
	if err := n.Decode(&scalar); err != nil {
		return err
	}
	value, err := json.Marshal(scalar)
	if err != nil {
		return err
	}
	return e.WriteValue(value)
}
