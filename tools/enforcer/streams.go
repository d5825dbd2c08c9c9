package main

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// settling is how long a watch must have been open until what it missed has surely come.
const settling = 200 * time.Millisecond

// streams knows which watches are open. Each is resumed by itself after an outage, seconds apart: who knows a new pod and
// not yet the policies that isolate it would let it do everything. So nothing is changed while one of them is closed.
type streams struct {
	wanted int
	// settled is told each time that a watch has been open long enough.
	settled func()
	lock    sync.Mutex
	// open has the watches that are open, and whether they have settled.
	open map[*stream]bool
}

// complete tells whether all watches are open and have settled.
func (s *streams) complete() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	settled := 0
	for _, has := range s.open {
		if has {
			settled++
		}
	}
	return settled >= s.wanted
}

// wrap sees all requests of a client.
func (s *streams) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusOK || request.URL.Query().Get("watch") == "" {
			return response, err
		}
		opened := &stream{response.Body, s}
		response.Body = opened
		s.lock.Lock()
		defer s.lock.Unlock()
		s.open[opened] = false
		time.AfterFunc(settling, func() { s.settle(opened) })
		return response, nil
	})
}

func (s *streams) settle(opened *stream) {
	s.lock.Lock()
	if _, exists := s.open[opened]; exists {
		s.open[opened] = true
	}
	s.lock.Unlock()
	s.settled()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// stream is the answer to a watch. It is closed by whoever reads it, or has ended when nothing more can be read.
type stream struct {
	io.ReadCloser
	streams *streams
}

func (s *stream) Read(buffer []byte) (int, error) {
	length, err := s.ReadCloser.Read(buffer)
	if err != nil {
		s.forget()
	}
	return length, err
}

func (s *stream) Close() error {
	s.forget()
	return s.ReadCloser.Close()
}

func (s *stream) forget() {
	s.streams.lock.Lock()
	defer s.streams.lock.Unlock()
	delete(s.streams.open, s)
}
