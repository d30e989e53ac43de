package spoapi

import (
	"fmt"
	"strings"
	"testing"
)

func TestPeoplePicker(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.open()
	query := func(text string) ask {
		return ask{body: fmt.Sprintf(`{"queryParams":{"QueryString":%q,"MaximumEntitySuggestions":10,"AllowEmailAddresses":true,"PrincipalType":1,"PrincipalSource":15}}`, text)}
	}
	var text struct{ Value string }
	h.must("POST", pickerService+".ClientPeoplePickerSearchUser", query("lee"), &text)
	for _, part := range []string{`"Key":"i:0#.f|membership|lee@contoso.com"`, `"EntityType":"User"`, `"IsResolved":true`, `"ProviderName":"Tenant"`} {
		if !strings.Contains(text.Value, part) {
			t.Errorf("no %s in %s", part, text.Value)
		}
	}
	h.must("POST", pickerService+".ClientPeoplePickerSearchUser", query("carol@fabrikam.com"), &text)
	if !strings.HasPrefix(text.Value, `[{"Key":"carol@fabrikam.com"`) || !strings.Contains(text.Value, `"PrincipalType":"UNVALIDATED_EMAIL_ADDRESS"`) {
		t.Errorf("an unknown address: %s", text.Value)
	}
	h.must("POST", pickerService+".ClientPeoplePickerResolveUser", query("nobody-here"), &text)
	if !strings.HasPrefix(text.Value, `{"Key":"nobody-here"`) || !strings.Contains(text.Value, `"IsResolved":false`) || !strings.Contains(text.Value, `"EntityData":{}`) {
		t.Errorf("nobody: %s", text.Value)
	}
	a := query("lee@contoso.com")
	a.accept = "verbose"
	var verbose struct {
		D struct{ ClientPeoplePickerResolveUser string }
	}
	h.must("POST", strings.ToLower(pickerService)+".clientpeoplepickerresolveuser", a, &verbose)
	if !strings.HasPrefix(verbose.D.ClientPeoplePickerResolveUser, `{"Key":"i:0#.f|membership|lee@contoso.com"`) {
		t.Errorf("verbose: %+v", verbose)
	}
}
