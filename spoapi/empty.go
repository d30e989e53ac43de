package spoapi

import (
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// emptyNodes are collections that ordinary sites have and that are always empty here: nothing in the emulator registers
// receivers, actions or features.
func emptyNodes() []node {
	return []node{
		{Name: "receivers", Operations: reading(operation{Name: "receivers.list", Method: "GET", Source: "from memory", Handler: listNothing("SP.EventReceiverDefinition")})},
		{Name: "actions", Operations: reading(operation{Name: "actions.list", Method: "GET", Source: "from memory", Handler: listNothing("SP.UserCustomAction")})},
		{Name: "webinfos", Operations: reading(operation{Name: "webinfos.list", Method: "GET", Source: "from memory", Handler: listNothing("SP.WebInformation")})},
		{Name: "relatedfields", Operations: reading(operation{Name: "relatedfields.list", Method: "GET", Source: "from memory", Handler: listNothing("SP.RelatedField")})},
		{Name: "nobody", Operations: reading(operation{Name: "nobody.get", Method: "GET", Source: "from memory", Handler: getNobody})},
	}
}

func listNothing(kind string) func(*request, *odata.Call) (any, error) {
	return func(c *request, call *odata.Call) (any, error) {
		return &collection{kind: kind}, c.requirePlace(placeOf(call.Value))
	}
}

// getNobody is who has locked a file or checked it out: nobody has.
func getNobody(c *request, call *odata.Call) (any, error) {
	return void{}, c.require(placeOf(call.Value), state.RoleRead)
}
