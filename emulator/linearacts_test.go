package emulator_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// linearClient is one of several; each follows deltas of its own.
type linearClient struct {
	*linearHistory

	n         int
	draw      *rand.Rand
	userDelta string
	guests    map[string]string // by id: address and state, as the deltas of users tell
	itemDelta string
	sizes     map[string]string // by id: name and size, as the deltas of the library tell
	names     int
}

// The things that the clients meet at.
func linearGuests() []string { return []string{"carol@fabrikam.com", "dave@fabrikam.com"} }
func linearFiles() []string  { return []string{"one.txt", "two.txt"} }

func (c *linearClient) operate() {
	all := []func(){
		c.invite, c.share, c.redeem, c.redeem, c.deleteGuest, c.lookAtGuest, c.followUsers,
		c.join, c.leave, c.lookAtGroup, c.write, c.write, c.remove, c.lookAtFile, c.followLibrary,
	}
	all[c.draw.IntN(len(all))]()
}

func (c *linearClient) one(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return of[c.draw.IntN(len(of))]
}

func (c *linearClient) graph(method, path, token, body string) func() answered {
	return func() answered { return c.wire.send(c.tb, method, graphHost+"/v1.0"+path, token, body) }
}

func (c *linearClient) invite() {
	who := c.one(linearGuests())
	c.did(c.n, c.graph(http.MethodPost, "/invitations", c.admin, marshalled(map[string]string{"invitedUserEmailAddress": who, "inviteRedirectUrl": "https://app.contoso.com/"})),
		func(a answered) map[asked]outcomeOf {
			var body struct {
				InviteRedeemURL string
				InvitedUser     struct{ ID string }
			}
			a.read(&body)
			c.letters[who] = append(c.letters[who], "b2b-invitation "+body.InviteRedeemURL)
			c.known[who] = append(c.known[who], body.InvitedUser.ID)
			return one(asked{thing: who, did: "invite"}, outcomeOf{a.ok(), body.InvitedUser.ID})
		})
}

func (c *linearClient) share() {
	who := c.one(linearGuests())
	c.did(c.n, func() answered {
		return c.wire.send(c.tb, http.MethodPost, c.site+"/root:/Specs:/invite", c.megan,
			`{"recipients":[{"email":"`+who+`"}],"roles":["read"],"requireSignIn":true,"sendInvitation":true}`)
	}, func(a answered) map[asked]outcomeOf {
		var body struct{ Value []permissionModel }
		if a.read(&body); len(body.Value) != 1 {
			return one(asked{thing: who, did: "share"}, outcomeOf{})
		}
		return one(asked{thing: who, did: "share"}, outcomeOf{a.ok(), body.Value[0].GrantedToV2.User.ID})
	})
	var box struct {
		Value []struct{ Links []struct{ URL string } }
	}
	c.wire.control(c.tb, http.MethodGet, "mail?kind=sharing-invitation&to="+url.QueryEscape(who), "").read(&box)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range box.Value {
		c.letters[who] = append(c.letters[who], "sharing-invitation "+m.Links[0].URL)
	}
}

// drawn is one of what the clients have noted about somebody.
func (c *linearClient) drawn(of map[string][]string, who string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.one(of[who])
}

func (c *linearClient) redeem() {
	who := c.one(linearGuests())
	kind, link, ok := strings.Cut(c.drawn(c.letters, who), " ")
	if !ok {
		return
	}
	c.did(c.n, func() answered {
		return c.wire.control(c.tb, http.MethodPost, "redemptions", marshalled(map[string]string{"as": who, "url": link}))
	}, func(a answered) map[asked]outcomeOf {
		var body redeemedModel
		if a.read(&body); a.ok() {
			c.known[who] = append(c.known[who], body.Guest.ID)
		}
		return one(asked{who, "redeem", kind}, outcomeOf{a.ok(), body.Guest.ID})
	})
}

func (c *linearClient) deleteGuest() {
	who := c.one(linearGuests())
	id := c.drawn(c.known, who)
	if id == "" {
		return
	}
	c.did(c.n, c.graph(http.MethodDelete, "/users/"+id, c.admin, ""), func(a answered) map[asked]outcomeOf {
		return one(asked{who, "remove", id}, outcomeOf{ok: a.ok()})
	})
}

func (c *linearClient) lookAtGuest() {
	who := c.one(linearGuests())
	c.did(c.n, c.graph(http.MethodGet, "/users?$select=id,externalUserState&$filter="+url.QueryEscape("mail eq '"+who+"'"), c.admin, ""), func(a answered) map[asked]outcomeOf {
		var list struct{ Value []listedGuest }
		a.read(&list)
		is := ""
		for _, g := range list.Value {
			is += g.is() // two would be none that the model knows
		}
		return one(asked{thing: who, did: "read"}, outcomeOf{a.ok(), is})
	})
}

// is a guest as the model says it.
func (g listedGuest) is() string {
	if g.State == "Accepted" {
		return g.ID + " accepted"
	}
	return g.ID + " pending"
}

// followUsers reads what has changed; what the client knows then is what was there.
func (c *linearClient) followUsers() {
	address := c.userDelta
	if address == "" {
		address = graphHost + "/v1.0/users/delta?$select=id,mail,externalUserState"
	}
	c.did(c.n, func() answered { return c.wire.send(c.tb, http.MethodGet, address, c.admin, "") }, func(a answered) map[asked]outcomeOf {
		var page struct {
			Value []struct {
				listedGuest

				Removed *struct{} `json:"@removed"`
			}
			Delta string `json:"@odata.deltaLink"`
		}
		if a.read(&page); page.Delta == "" {
			c.tb.Fatalf("%s: %d %s", a.asked, a.status, a.body)
		}
		c.userDelta = page.Delta
		for _, g := range page.Value {
			delete(c.guests, g.ID)
			if g.Removed == nil {
				c.guests[g.ID] = g.Mail + " " + g.is()
			}
		}
		return c.readings(linearGuests(), c.guests)
	})
}

// readings are what is known of all things; what is known by id begins with the thing's name.
func (c *linearClient) readings(things []string, known map[string]string) map[asked]outcomeOf {
	all := map[asked]outcomeOf{}
	for _, thing := range things {
		is := ""
		for v := range maps.Values(known) {
			if rest, ok := strings.CutPrefix(v, thing+" "); ok {
				is += rest
			}
		}
		all[asked{thing: thing, did: "read"}] = outcomeOf{true, is}
	}
	return all
}

func (c *linearClient) join() {
	id := c.one(c.members[:])
	c.did(c.n, c.graph(http.MethodPost, "/groups/"+c.group+"/members/$ref", c.admin, `{"@odata.id":"`+graphHost+`/v1.0/directoryObjects/`+id+`"}`),
		func(a answered) map[asked]outcomeOf { return one(asked{thing: id, did: "add"}, outcomeOf{ok: a.ok()}) })
}

func (c *linearClient) leave() {
	id := c.one(c.members[:])
	c.did(c.n, c.graph(http.MethodDelete, "/groups/"+c.group+"/members/"+id+"/$ref", c.admin, ""),
		func(a answered) map[asked]outcomeOf {
			return one(asked{thing: id, did: "remove"}, outcomeOf{ok: a.ok()})
		})
}

func (c *linearClient) lookAtGroup() {
	c.did(c.n, c.graph(http.MethodGet, "/groups/"+c.group+"/members?$select=id", c.admin, ""), func(a answered) map[asked]outcomeOf {
		var list struct{ Value []struct{ ID string } }
		a.read(&list)
		in := map[string]string{}
		for _, m := range list.Value {
			in[m.ID] = m.ID + " in"
		}
		return c.readings(c.members[:], in)
	})
}

func (c *linearClient) file(method, name, rest, body string) func() answered {
	return func() answered { return c.wire.send(c.tb, method, c.site+"/root:/Linear-"+name+rest, c.megan, body) }
}

// write puts content whose size nobody else's has.
func (c *linearClient) write() {
	const clients = 10
	c.names++
	name, size := c.one(linearFiles()), c.names*clients+c.n
	c.did(c.n, c.file(http.MethodPut, name, ":/content", strings.Repeat("x", size)),
		func(a answered) map[asked]outcomeOf {
			return one(asked{name, "write", strconv.Itoa(size)}, outcomeOf{ok: a.ok()})
		})
}

func (c *linearClient) remove() {
	name := c.one(linearFiles())
	c.did(c.n, c.file(http.MethodDelete, name, "", ""), func(a answered) map[asked]outcomeOf {
		return one(asked{thing: name, did: "remove"}, outcomeOf{ok: a.ok()})
	})
}

func (c *linearClient) lookAtFile() {
	name := c.one(linearFiles())
	c.did(c.n, c.file(http.MethodGet, name, "", ""), func(a answered) map[asked]outcomeOf {
		var item struct{ Size int }
		is := ""
		if a.read(&item); a.ok() {
			is = strconv.Itoa(item.Size)
		}
		return one(asked{thing: name, did: "read"}, outcomeOf{true, is})
	})
}

func (c *linearClient) followLibrary() {
	address := c.itemDelta
	if address == "" {
		address = c.site + "/root/delta?$top=200"
	}
	c.did(c.n, func() answered { return c.wire.send(c.tb, http.MethodGet, address, c.megan, "") }, func(a answered) map[asked]outcomeOf {
		var page struct {
			Value []struct {
				ID, Name string
				Size     int
				Deleted  *struct{}
			}
			Delta string `json:"@odata.deltaLink"`
		}
		if a.read(&page); page.Delta == "" {
			c.tb.Fatalf("%s: %d %s", a.asked, a.status, a.body)
		}
		c.itemDelta = page.Delta
		for _, i := range page.Value {
			delete(c.sizes, i.ID)
			if name, ok := strings.CutPrefix(i.Name, "Linear-"); ok && i.Deleted == nil {
				c.sizes[i.ID] = fmt.Sprint(name, " ", i.Size)
			}
		}
		return c.readings(linearFiles(), c.sizes)
	})
}
