package spoapi

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// addFieldXML adds a column that is described as <Field Type="Text" DisplayName="…" Name="…" />.
func addFieldXML(c *request, call *odata.Call) (any, error) {
	var in struct {
		Parameters struct{ SchemaXML string }
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, err := readXML(in.Parameters.SchemaXML)
	if err != nil || !strings.EqualFold(n.name, "Field") {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "SchemaXml", "The schema of the field is malformed.")
	}
	name := n.attrs["name"]
	if name == "" {
		name = strings.ReplaceAll(n.attrs["displayname"], " ", "_x0020_")
	}
	f := state.Column{
		Name: name, DisplayName: n.attrs["displayname"], Description: n.attrs["description"], Type: columnType(n.attrs["type"], 0),
		Required: strings.EqualFold(n.attrs["required"], "TRUE"), Hidden: strings.EqualFold(n.attrs["hidden"], "TRUE"),
	}
	if choices := n.child("CHOICES"); choices != nil {
		for _, x := range choices.children {
			f.Choices = append(f.Choices, x.text)
		}
	}
	return c.addColumn(placeOf(call.Value), f)
}
