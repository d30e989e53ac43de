package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	people = 120
	files  = 250
	graph  = "graph.microsoft.com"
	page   = "drive delta page of 200"
)

// figure is a call with its promise: the least share of the bare server's rate.
type figure struct {
	what, target string
	call         call
}

// throughput measures each call against the bare server, and tokens against RSA.
func throughput(binary string, rounds int, each time.Duration) ([]row, error) {
	cache, err := os.MkdirTemp("", "speed")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	world := filepath.Join(cache, "world.yaml")
	if err := os.WriteFile(world, []byte(fixture()), 0o600); err != nil {
		return nil, err
	}
	ours, err := start(binary, cache, "--fixtures", "contoso-fabrikam,"+world)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	bare, err := startBare()
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	figures, err := calls(ours)
	if err != nil {
		return nil, err
	}
	rows := []row{{what: "tokens, client credentials", target: "≥ 0.9 of RSA-2048 signatures"}}
	if err := tokens(ours, &rows[0], rounds, each); err != nil {
		return nil, err
	}
	for _, f := range figures {
		r := row{what: f.what, target: f.target + " of the bare server", format: "%.2f"}
		answer, err := ours.ask(f.call)
		if err != nil {
			return nil, err
		}
		// The bare server is asked the same way and sends the same bytes.
		if err := bare.teach(strings.SplitN(f.call.path, "?", 2)[0], answer); err != nil {
			return nil, err
		}
		if err := compare(&r, f.call, ours.address, bare.address, rounds, each); err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func compare(r *row, c call, ours, bare string, rounds int, each time.Duration) error {
	var a, b sample
	for range rounds {
		mine, err := c.rate(ours, each)
		if err != nil {
			return err
		}
		theirs, err := c.rate(bare, each)
		if err != nil {
			return err
		}
		a, b = append(a, mine), append(b, theirs)
		r.values = append(r.values, mine/theirs)
	}
	r.note = fmt.Sprintf("%.0f of %.0f a second", a.median(), b.median())
	return nil
}

func calls(p *process) ([]figure, error) {
	token, err := p.token()
	if err != nil {
		return nil, err
	}
	get := func(path string) call { return call{method: http.MethodGet, host: graph, path: path, token: token} }
	drive, err := p.ask(get("/v1.0/sites/contoso.sharepoint.com:/sites/speed:/drive?$select=id"))
	if err != nil {
		return nil, err
	}
	var d struct{ ID string }
	if err := json.Unmarshal(drive, &d); err != nil {
		return nil, err
	}
	return []figure{
		{"`GET /v1.0/users/{id}`", "≥ 0.6", get("/v1.0/users/adele@contoso.com")},
		{"`GET /v1.0/users?$top=100`", "≥ 0.5", get("/v1.0/users?$top=100")},
		{"`POST /v1.0/invitations`", "≥ 0.2", call{
			method: http.MethodPost, host: graph, path: "/v1.0/invitations", token: token, kind: "application/json", fresh: true,
			body: `{"invitedUserEmailAddress":"guest%d@partner.example","inviteRedirectUrl":"https://contoso.sharepoint.com","sendInvitationMessage":true}`,
		}},
		{page, "≥ 0.4", get("/v1.0/drives/" + d.ID + "/root/delta?$top=200")},
	}, nil
}

// tokens compares the rate of tokens with that of signatures on all cores.
func tokens(p *process, r *row, rounds int, each time.Duration) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	c := call{
		method: http.MethodPost, host: "login.microsoftonline.com", path: "/" + tenant + "/oauth2/v2.0/token", body: tokenForm(),
		kind: "application/x-www-form-urlencoded",
	}
	var minted, signed sample
	for range rounds {
		mine, err := c.rate(p.address, each)
		if err != nil {
			return err
		}
		limit, err := signatures(key, each)
		if err != nil {
			return err
		}
		minted, signed = append(minted, mine), append(signed, limit)
		r.values = append(r.values, mine/limit)
	}
	r.format = "%.2f"
	r.note = fmt.Sprintf("%.0f of %.0f a second", minted.median(), signed.median())
	return nil
}

func signatures(key *rsa.PrivateKey, length time.Duration) (float64, error) {
	var (
		done  atomic.Int64
		wg    sync.WaitGroup
		began = time.Now()
		sum   = sha256.Sum256([]byte("what is signed"))
		fails = make(chan error, runtime.NumCPU())
	)
	for range runtime.NumCPU() {
		wg.Go(func() {
			for time.Since(began) < length {
				if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]); err != nil {
					fails <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	close(fails)
	return float64(done.Load()) / time.Since(began).Seconds(), errors.Join(<-fails)
}

// fixture is people and files on top of the built-in world.
func fixture() string {
	var b strings.Builder
	b.WriteString("tenants:\n  contoso:\n    users:\n")
	for i := range people {
		fmt.Fprintf(&b, "      person%03d: {displayName: Person %03d, userPrincipalName: person%03d@contoso.com, department: Speed, jobTitle: Runner}\n", i, i, i)
	}
	b.WriteString("    sites:\n      speed:\n        path: /sites/speed\n        title: Speed\n        libraries:\n          Documents:\n" +
		"            path: Shared Documents\n            files:\n")
	for i := range files {
		fmt.Fprintf(&b, "              Folder %d/File %03d.txt: {text: \"file %d\"}\n", i%5, i, i)
	}
	return b.String()
}
