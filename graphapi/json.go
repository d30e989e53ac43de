package graphapi

import (
	"encoding/json"
)

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// member returns one member of a JSON object.
func member(object []byte, name string) (json.RawMessage, bool) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, false
	}
	v, ok := members[name]
	return v, ok
}

// plain is a JSON value as $value writes it: a string without its quotes, everything else as it is.
func plain(value json.RawMessage) []byte {
	var s string
	if err := json.Unmarshal(value, &s); err == nil {
		return []byte(s)
	}
	return value
}
