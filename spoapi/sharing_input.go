package spoapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// maxPicked bounds the people of one peoplePickerInput.
const maxPicked = 500

// picked is a people picker entity as clients send it back; most send no more than the key (sharepoint.md 3.2).
type picked struct {
	Key        string `json:"Key"`
	EntityType string `json:"EntityType"`
	EntityData struct {
		Email       string          `json:"Email"`
		AccountName string          `json:"AccountName"`
		SPGroupID   json.RawMessage `json:"SPGroupID"`
	} `json:"EntityData"`
}

// pickerInput is peoplePickerInput: text that holds JSON, an array of entities or a single one, also in single quotes; or
// the array itself.
type pickerInput []sharing.Recipient

// UnmarshalJSON reads any of the forms. What cannot be read is nobody, which the service answers as "Couldn't resolve".
func (p *pickerInput) UnmarshalJSON(raw []byte) error {
	*p = nil
	var inner string
	if json.Unmarshal(raw, &inner) == nil {
		raw = []byte(inner)
	}
	entities := parsePicked(raw)
	if len(entities) > maxPicked {
		return problem.For(problem.Invalid, problem.LimitExceeded, "peoplePickerInput", "There are too many people in the request.")
	}
	for _, e := range entities {
		if r, ok := e.recipient(); ok {
			*p = append(*p, r)
		}
	}
	return nil
}

func parsePicked(raw []byte) []picked {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '[' && raw[0] != '{' {
		return nil
	}
	if raw[0] == '{' {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	var list []picked
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	list = nil
	if json.Unmarshal(doubleQuotes(raw), &list) == nil {
		return list
	}
	return nil
}

// doubleQuotes turns JSON that was written with single quotes into what a parser takes.
func doubleQuotes(raw []byte) []byte {
	if bytes.IndexByte(raw, '"') >= 0 {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte{'\''}, []byte{'"'})
}

// recipient says whom an entity means: by claims login name, by address, or by a name.
func (p picked) recipient() (sharing.Recipient, bool) {
	name := strings.TrimSpace(p.Key)
	if name == "" {
		name = strings.TrimSpace(p.EntityData.AccountName)
	}
	if name == "" {
		name = strings.TrimSpace(p.EntityData.Email)
	}
	return recipientOf(name)
}

// recipientOf reads a name as clients write people: a claims login name, an address, or an alias.
func recipientOf(name string) (sharing.Recipient, bool) {
	switch {
	case name == "":
		return sharing.Recipient{}, false
	case strings.HasPrefix(name, "i:0") || strings.HasPrefix(name, "c:0"):
		return sharing.Recipient{LoginName: name}, true
	case strings.Contains(name, "@"):
		return sharing.Recipient{Email: name}, true
	}
	return sharing.Recipient{Alias: name}, true
}

// roleValue is what a ShareObject gives: a permission level, or membership of a group.
type roleValue struct {
	role  state.Role
	def   int
	group int
}

// parseRole reads "role:1073741827" or "group:5", a blank after the colon allowed; "" is the default, reading.
func parseRole(s string) (roleValue, error) {
	if strings.TrimSpace(s) == "" {
		return roleValue{role: state.RoleRead}, nil
	}
	kind, number, _ := strings.Cut(s, ":")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err == nil && n > 0 {
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "group":
			return roleValue{group: n}, nil
		case "role":
			for _, d := range drive.RoleDefinitions() {
				if d.ID == n && d.Role != "" {
					return roleValue{role: d.Role, def: n}, nil
				}
			}
		}
	}
	return roleValue{}, problem.For(problem.Invalid, problem.RoleInvalid, "roleValue", "The selected permission level is not valid.")
}

// anInt is a number that clients may also write as text.
type anInt int

// UnmarshalJSON reads 5, "5", null and "".
func (i *anInt) UnmarshalJSON(raw []byte) error {
	s := strings.Trim(string(raw), `" `)
	if s == "" || s == "null" {
		*i = 0
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return problem.New(problem.Invalid, problem.Malformed, "%q is not a number.", s)
	}
	*i = anInt(n)
	return nil
}
