package health

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// HTTP finds out whether a URL answers with a status. It sends a GET on a new
// connection, follows no redirect, uses no proxy and does not read the body.
type HTTP struct {
	// URL begins with http:// or https://.
	URL string
	// Status is what is asked for. Zero: any from 200 to 299.
	Status int
	// Header is sent with the request; a Host in it becomes the request's.
	Header http.Header
	// Socket is the path of a unix socket to connect to. Empty: the URL's host.
	Socket string
	// TLS is for https. Nil: the system's certificates are trusted.
	TLS *tls.Config
}

var _ Probe = HTTP{}

// Validate returns everything that is wrong with the probe, or nil.
func (p HTTP) Validate() error {
	u, err := url.Parse(p.URL)
	bad := err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "")
	if err != nil {
		err = fault(true, "URL: %w", err)
	}
	return errors.Join(
		err,
		fault(bad, "URL is %q: want http:// or https:// and a host", p.URL),
		fault(p.Status != 0 && (p.Status < 100 || p.Status > 599), "Status is %d", p.Status),
	)
}

// Open prepares to look at one incarnation.
func (p HTTP) Open(*Child) func(context.Context) error {
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: p.TLS}
	if p.Socket != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.Socket)
		}
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context) error { return p.get(ctx, client) }
}

func (p HTTP) get(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return err
	}
	if p.Header != nil {
		request.Header = p.Header.Clone()
		request.Host = p.Header.Get("Host")
	}
	answer, err := client.Do(request)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the URL may hold a password
		}
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode == p.Status || p.Status == 0 && answer.StatusCode/100 == 2 {
		return nil
	}
	return fmt.Errorf("status %s", answer.Status)
}
