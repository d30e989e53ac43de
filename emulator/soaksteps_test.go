package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// begin gets the visitor's tokens and, in a world of faults, turns those on.
func (v *visitor) begin(ctx context.Context) error {
	for _, who := range []string{"admin@contoso.onmicrosoft.com", "megan@contoso.com"} {
		a, err := v.control(ctx, http.MethodPost, "tokens", marshalled(map[string]string{"as": who, "app": suite, "tenant": "contoso.com", "resource": graphHost}))
		if err != nil {
			return err
		}
		var t tokenAnswer
		a.read(&t)
		v.tokens[who] = t.Access
	}
	a, err := v.ask(ctx, "megan@contoso.com", http.MethodGet, graphHost+"/v1.0/sites/contoso.sharepoint.com:/sites/project-x:/drive", "")
	if err != nil {
		return err
	}
	var d struct{ ID string }
	a.read(&d)
	v.drive = graphHost + "/v1.0/drives/" + d.ID
	if v.faulty {
		_, err = v.control(ctx, http.MethodPut, "faults", `{"rules":[
			{"match":{"host":"graph.microsoft.com"},"effect":{"status":503},"limit":{"probability":0.1}},
			{"match":{"host":"graph.microsoft.com"},"effect":{"status":429,"retryAfter":1},"limit":{"probability":0.1}},
			{"match":{"host":"graph.microsoft.com","method":"GET"},"effect":{"truncate":true},"limit":{"probability":0.1}},
			{"match":{"host":"graph.microsoft.com"},"effect":{"drop":true},"limit":{"probability":0.1}}]}`)
	}
	return err
}

// invite asks the B2B manager, and the guest redeems.
func (v *visitor) invite(ctx context.Context) error {
	a, err := v.ask(ctx, "admin@contoso.onmicrosoft.com", http.MethodPost, graphHost+"/v1.0/invitations",
		`{"invitedUserEmailAddress":"carol@fabrikam.com","inviteRedirectUrl":"https://app.contoso.com/","sendInvitationMessage":true}`)
	if err != nil {
		return err
	}
	var i struct{ InviteRedeemURL string }
	if a.read(&i); i.InviteRedeemURL == "" {
		return nil
	}
	_, err = v.control(ctx, http.MethodPost, "redemptions", marshalled(map[string]string{"as": "carol@fabrikam.com", "url": i.InviteRedeemURL}))
	return err
}

// share asks SharePoint, and the guest redeems what is in the mail.
func (v *visitor) share(ctx context.Context) error {
	if _, err := v.ask(ctx, "megan@contoso.com", http.MethodPost, v.drive+"/root:/Specs:/invite",
		`{"recipients":[{"email":"dave@fabrikam.com"}],"roles":["read"],"requireSignIn":true,"sendInvitation":true}`); err != nil {
		return err
	}
	a, err := v.control(ctx, http.MethodGet, "mail?to=dave@fabrikam.com&kind=sharing-invitation", "")
	if err != nil {
		return err
	}
	var box struct {
		Value []struct{ Links []struct{ URL string } }
	}
	if a.read(&box); len(box.Value) == 0 {
		return nil
	}
	_, err = v.control(ctx, http.MethodPost, "redemptions", marshalled(map[string]string{"as": "dave@fabrikam.com", "url": box.Value[0].Links[0].URL}))
	return err
}

func (v *visitor) snapshot(ctx context.Context) error {
	_, err := v.control(ctx, http.MethodPost, "snapshots", `{"name":"then"}`)
	return err
}

func (v *visitor) upload(ctx context.Context) error {
	const files, size = 10, 4 << 10
	for n := range files {
		if _, err := v.ask(ctx, "megan@contoso.com", http.MethodPut, fmt.Sprintf("%s/root:/Uploads/%d.txt:/content", v.drive, n), strings.Repeat("x", size+n)); err != nil {
			return err
		}
	}
	return nil
}

// uploadInPieces leaves one session open and ends another.
func (v *visitor) uploadInPieces(ctx context.Context) error {
	const piece = 320 << 10
	for n, pieces := range []int{1, 2} {
		a, err := v.ask(ctx, "megan@contoso.com", http.MethodPost, fmt.Sprintf("%s/root:/Large%d.bin:/createUploadSession", v.drive, n), `{}`)
		if err != nil {
			return err
		}
		var s struct{ UploadURL string }
		if a.read(&s); s.UploadURL == "" {
			continue
		}
		for p := range pieces {
			if _, err := v.ask(ctx, "", http.MethodPut, s.UploadURL, strings.Repeat("y", piece),
				"Content-Range", fmt.Sprintf("bytes %d-%d/%d", p*piece, (p+1)*piece-1, 2*piece)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *visitor) delta(ctx context.Context) error {
	const pages = 20 // some are asked for again
	address := v.drive + "/root/delta?$top=5"
	for range pages {
		a, err := v.ask(ctx, "megan@contoso.com", http.MethodGet, address, "")
		if err != nil {
			return err
		}
		var page struct {
			Next  string `json:"@odata.nextLink"`
			Delta string `json:"@odata.deltaLink"`
		}
		if a.read(&page); page.Delta != "" {
			return nil
		}
		if page.Next != "" {
			address = page.Next
		}
	}
	return nil
}

func (v *visitor) batch(ctx context.Context) error {
	_, err := v.ask(ctx, "admin@contoso.onmicrosoft.com", http.MethodPost, graphHost+"/v1.0/$batch", `{"requests":[
		{"id":"1","method":"GET","url":"/users?$top=5"},{"id":"2","method":"GET","url":"/me"},{"id":"3","method":"GET","url":"/groups"}]}`)
	return err
}

// subscribe asks to be told of users, and changes one.
func (v *visitor) subscribe(ctx context.Context) error {
	a, err := v.control(ctx, http.MethodGet, "clock", "")
	if err != nil {
		return err
	}
	var clock struct{ Now string }
	a.read(&clock)
	day, _, _ := strings.Cut(clock.Now, "T")
	if _, err := v.ask(ctx, "admin@contoso.onmicrosoft.com", http.MethodPost, graphHost+"/v1.0/subscriptions", marshalled(map[string]string{
		"changeType": "updated", "resource": "users", "notificationUrl": v.hook.URL, "expirationDateTime": day + "T23:59:59.9Z",
	})); err != nil {
		return err
	}
	_, err = v.ask(ctx, "admin@contoso.onmicrosoft.com", http.MethodPatch, graphHost+"/v1.0/users/alex@contoso.com", `{"jobTitle":"Soaked"}`)
	return err
}

func (v *visitor) read(ctx context.Context) error {
	for _, address := range []string{
		graphHost + "/v1.0/users?$top=5&$select=id,mail", graphHost + "/v1.0/users?$filter=" + url.QueryEscape("userType eq 'Guest'"),
		v.drive + "/root/children", v.drive + "/root:/Specs/Design.md:/content", graphHost + "/v1.0/auditLogs/directoryAudits",
	} {
		if _, err := v.ask(ctx, "admin@contoso.onmicrosoft.com", http.MethodGet, address, ""); err != nil {
			return err
		}
	}
	for _, path := range []string{"requests", "export", "audit", "tenants"} {
		if _, err := v.control(ctx, http.MethodGet, path, ""); err != nil {
			return err
		}
	}
	return nil
}

// back goes back in time, and forward.
func (v *visitor) back(ctx context.Context) error {
	for path, body := range map[string]string{"snapshots/then/restore": "", "clock/advance": `{"by":"P1D"}`, "reset": ""} {
		if _, err := v.control(ctx, http.MethodPost, path, body); err != nil {
			return err
		}
	}
	return nil
}
