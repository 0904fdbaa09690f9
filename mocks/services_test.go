package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServicesAnswerAsTheTutorialsSay(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"hello", serveHello, "Hi, there!\n"},
		{"echo", serveEcho, "abc"},
		{"ip", serveIP, "You are requesting /a?b=1 from 192.0.2.1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tt.handler(w, httptest.NewRequest("POST", "/a?b=1", strings.NewReader("abc")))
			if got := w.Body.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
