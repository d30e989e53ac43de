package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tennantite/tennantite/syncclient"
)

type syncCmd struct {
	Address string `arg:"" optional:"" name:"odopen" help:"Address behind a Sync button, or a sharing link; in its place --site and --library."`

	Site     string        `placeholder:"URL" help:"Site whose library is synced."`
	Library  string        `default:"Documents" help:"Its library, by title."`
	Dir      string        `type:"path" default:"." help:"Folder below which Organisation/Site - Library comes into being."`
	User     string        `placeholder:"ADDRESS" help:"Who signs in; by default whom the address was made for."`
	Password string        `help:"His password; without one he types a code into a page."`
	Home     string        `default:"organizations" help:"Organisation where he signs in: domain or id."`
	ClientID string        `placeholder:"ID" help:"Application that signs in, by default Tennantite Desktop."`
	Login    string        `default:"https://login.microsoftonline.com" help:"Address of the sign-in service."`
	Graph    string        `default:"https://graph.microsoft.com" help:"Address of Microsoft Graph."`
	Every    time.Duration `placeholder:"SPAN" help:"Sync again and again; without it once."`
}

// Help says how it is used.
func (syncCmd) Help() string {
	return `The reference B2B Sync client. It speaks to the real names through the proxy of its environment:

    eval "$(tennantite env)"
    tennantite sync --dir ~/Sync --user carol@fabrikam.com 'odopen://sync/?…'

When access is missing or taken away it says why, leaves what it has, and ends with code 3. The reasons have names of their
own: SingleFile, AnonymousLink, PersonalAccount, NoGuestAccount, InvitationNotRedeemed, NoPermission.`
}

// codeNoAccess is the exit code where access is missing or was taken away.
const codeNoAccess = 3

// Run mirrors a library or folder.
func (c *syncCmd) Run(ctx context.Context, t terminal) error {
	target := syncclient.Target{WebURL: c.Site, ListTitle: c.Library}
	var err error
	switch {
	case c.Address != "":
		target, err = syncclient.ParseTarget(c.Address)
	case c.Site == "":
		err = errors.New("an odopen: address, a sharing link or --site is needed")
	}
	if err != nil {
		return err
	}
	show := func(e syncclient.Event) {
		what := e.Path
		if e.Path != "" && e.Text != "" {
			what += ": "
		}
		_, _ = fmt.Fprintf(t.stdout, "%-10s %s\n", e.Kind, what+e.Text)
	}
	f, err := syncclient.Open(ctx, target, syncclient.Options{
		Dir: c.Dir, Login: c.Login, Graph: c.Graph, ClientID: c.ClientID, Home: c.Home, User: c.User, Password: c.Password, Progress: show,
	})
	if f != nil {
		defer f.Close() //nolint:errcheck // nothing is written through it
	}
	for err == nil {
		if err = f.Round(ctx); err != nil || c.Every <= 0 {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(c.Every):
		}
	}
	if errors.Is(err, syncclient.ErrNoAccess) {
		t.complain(err)
		return exitCode(codeNoAccess)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(t.stdout, "in sync    "+f.Dir())
	return err
}
