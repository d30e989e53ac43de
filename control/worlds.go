package control

import (
	"net/http"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// endpoints is the table of contents of the control plane.
func (p *plane) endpoints() []endpoint {
	var all []endpoint
	for _, part := range [][]endpoint{
		processEndpoints(), worldEndpoints(), clockEndpoints(), tenantEndpoints(), mailEndpoints(), mailpitEndpoints(), actEndpoints(),
		explainEndpoints(), faultEndpoints(), recordEndpoints(), journalEndpoints(),
	} {
		all = append(all, part...)
	}
	all = append(all, endpoint{
		Method: http.MethodGet, Path: "/openapi.json", Summary: "this document", Reply: map[string]any{},
		handle: func(*call) (any, error) { return openAPI(all, p.Host.Info().Version), nil }, // with itself
	})
	return all
}

func processEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/info", Summary: "version, addresses, worlds, CA fingerprint", Reply: Info{}, handle: func(c *call) (any, error) {
			return c.Host.Info(), nil
		}},
		{Method: http.MethodGet, Path: "/ca.pem", Summary: "the certificate authority", Type: "application/x-pem-file", Reply: raw{}, handle: func(c *call) (any, error) {
			return raw{"application/x-pem-file", c.Host.CA()}, nil
		}},
		{
			Method: http.MethodGet, Path: "/environment", Summary: "the variables that clients need", Type: "text/plain, application/json", Reply: raw{},
			Query: []param{choice("format", "for which shell; sh unless given", "sh", "fish", "powershell", "dotenv", "json")}, handle: environment,
		},
	}
}

func environment(c *call) (any, error) {
	format := c.query("format")
	if format == "" {
		format = "sh"
	}
	text, err := c.Host.Environment(c.world(), format)
	if err != nil {
		return nil, err
	}
	if format == "json" {
		return raw{"application/json", []byte(text)}, nil
	}
	return raw{"text/plain; charset=utf-8", []byte(text)}, nil
}

type newWorld struct {
	Name   string `json:"name,omitempty" doc:"drawn if not given"`
	From   string `json:"from,omitempty" doc:"world to fork; main unless given"`
	Listen bool   `json:"listen,omitempty" doc:"give it listeners of its own"`
	Idle   string `json:"idle,omitempty" doc:"how long it lives when nobody asks for it: PT10M, or never; as --world-idle says unless given"`
}

type worldChange struct {
	Idle string `json:"idle" doc:"how long it lives when nobody asks for it: PT10M, or never; empty as --world-idle says"`
}

// idleTime reads how long a world lives when nobody asks for it: 0 as the process says, negative for ever.
func idleTime(s string) (time.Duration, error) {
	switch s {
	case "":
		return 0, nil
	case "never":
		return -1, nil
	}
	d, err := parseDuration(s)
	if err == nil && d <= 0 {
		err = problem.For(problem.Invalid, problem.InvalidProperty, "idle", "found %q; a time longer than none is wanted, or never", s)
	}
	return d, err
}

type newSnapshot struct {
	Name string `json:"name"`
}

type publicURL struct {
	URL string `json:"url" doc:"http://localhost:32768: where the ports are mapped to; empty takes it back"`
}

type list[T any] struct {
	Value []T `json:"value"`
}

func worldEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/worlds", Summary: "all worlds", Reply: list[World]{}, handle: func(c *call) (any, error) {
			return list[World]{c.Host.Worlds()}, nil
		}},
		{
			Method: http.MethodPost, Path: "/worlds", Summary: "fork a world", Body: newWorld{}, Reply: World{}, Status: http.StatusCreated,
			handle: taking(func(c *call, b newWorld) (any, error) {
				if b.From == "" {
					b.From = "main"
				}
				life, err := idleTime(b.Idle)
				if err != nil {
					return nil, err
				}
				w, err := c.Host.Fork(b.Name, b.From, b.Listen)
				if err == nil && life != 0 {
					w, err = c.Host.SetIdle(w.Name, life)
				}
				return orError(w, err)
			}),
		},
		{
			Method: http.MethodPatch, Path: "/worlds/{name}", Summary: "say how long a world lives", Body: worldChange{}, Reply: World{},
			handle: taking(func(c *call, b worldChange) (any, error) {
				life, err := idleTime(b.Idle)
				if err != nil {
					return nil, err
				}
				return orError(c.Host.SetIdle(c.param("name"), life))
			}),
		},
		{Method: http.MethodDelete, Path: "/worlds/{name}", Summary: "end a world", handle: func(c *call) (any, error) {
			return nil, c.Host.DeleteWorld(c.param("name"))
		}},
		{Method: http.MethodPost, Path: "/reset", Summary: "the world back to its fixtures", handle: func(c *call) (any, error) {
			return nil, c.Host.Reset(c.world())
		}},
		{Method: http.MethodGet, Path: "/snapshots", Summary: "the world's snapshots", Reply: list[Snapshot]{}, handle: func(c *call) (any, error) {
			all, err := c.Host.Snapshots(c.world())
			return list[Snapshot]{all}, err
		}},
		{
			Method: http.MethodPost, Path: "/snapshots", Summary: "take a snapshot", Body: newSnapshot{}, Reply: newSnapshot{}, Status: http.StatusCreated,
			handle: taking(func(c *call, b newSnapshot) (any, error) {
				if b.Name == "" {
					return nil, problem.For(problem.Invalid, problem.MissingProperty, "name", "a snapshot needs a name")
				}
				return b, c.Host.Snapshot(c.world(), b.Name)
			}),
		},
		{Method: http.MethodPost, Path: "/snapshots/{name}/restore", Summary: "the world back to a snapshot", handle: func(c *call) (any, error) {
			return nil, c.Host.Restore(c.world(), c.param("name"))
		}},
		{Method: http.MethodDelete, Path: "/snapshots/{name}", Summary: "forget a snapshot", handle: func(c *call) (any, error) {
			return nil, c.Host.DeleteSnapshot(c.world(), c.param("name"))
		}},
		{
			Method: http.MethodPut, Path: "/public-url", Summary: "where clients reach this world by local names", Body: publicURL{},
			handle: taking(func(c *call, b publicURL) (any, error) { return nil, c.Host.SetPublicURL(c.world(), b.URL) }),
		},
		{Method: http.MethodGet, Path: "/export", Summary: "the world as a fixture", Type: "application/yaml", Reply: raw{}, handle: func(c *call) (any, error) {
			b, err := c.Host.Export(c.world())
			return raw{"application/yaml; charset=utf-8", b}, err
		}},
		{Method: http.MethodPost, Path: "/import", Summary: "the world becomes what a fixture (YAML) says", Type: "application/yaml", Body: raw{}, handle: func(c *call) (any, error) {
			b, err := c.read(maxImport)
			if err != nil {
				return nil, err
			}
			return nil, c.Host.Import(c.world(), b)
		}},
	}
}

// orError makes a typed result a reply.
func orError[T any](v T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

type clock struct {
	Mode string    `json:"mode" doc:"real or frozen"`
	Now  time.Time `json:"now" doc:"the world's time"`
}

type setClock struct {
	Mode string     `json:"mode" doc:"real or frozen"`
	Now  *time.Time `json:"now,omitempty" doc:"the time to stand at, or to run on from"`
}

type advance struct {
	By string `json:"by" doc:"ISO 8601 duration, PT1H"`
}

func clockEndpoints() []endpoint {
	return []endpoint{
		{Method: http.MethodGet, Path: "/clock", Summary: "the world's time", Reply: clock{}, handle: func(c *call) (any, error) {
			var now clock
			err := c.view(func(tx *state.Tx) error { now = clockOf(tx); return nil })
			return now, err
		}},
		{Method: http.MethodPut, Path: "/clock", Summary: "freeze, set or release the clock", Body: setClock{}, Reply: clock{}, handle: taking(putClock)},
		{Method: http.MethodPost, Path: "/clock/advance", Summary: "move the clock", Body: advance{}, Reply: clock{}, handle: taking(advanceClock)},
	}
}

func clockOf(tx *state.Tx) clock {
	mode := "real"
	if tx.World().Frozen {
		mode = "frozen"
	}
	return clock{mode, tx.Now()}
}

// putClock sets the clock. A released clock runs on from the given time, or shows the real one.
func putClock(c *call, b setClock) (any, error) {
	err := c.update(func(tx *state.Tx) error {
		w := tx.World()
		switch b.Mode {
		case "frozen":
			at := tx.Now()
			if b.Now != nil {
				at = *b.Now
			}
			w.Stand(at)
		case "real", "":
			ahead := time.Duration(0)
			if b.Now != nil {
				ahead = b.Now.Sub(tx.Wall())
			}
			w.Run(ahead)
		default:
			return problem.For(problem.Invalid, problem.InvalidProperty, "mode", "found %q; allowed are real, frozen", b.Mode)
		}
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var now clock
	err = c.view(func(tx *state.Tx) error { now = clockOf(tx); return nil })
	return now, err
}

func advanceClock(c *call, b advance) (any, error) {
	by, err := parseDuration(b.By)
	if err != nil {
		return nil, err
	}
	err = c.update(func(tx *state.Tx) error {
		w := tx.World()
		w.Move(by)
		tx.PutWorld(w)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var now clock
	err = c.view(func(tx *state.Tx) error { now = clockOf(tx); return nil })
	return now, err
}
