package main

import (
	"testing"
	"time"
)

func TestVersionsBecomeThoseOfPackagers(t *testing.T) {
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		version string
		want    versions
	}{
		{"v1.2.3", versions{"1.2.3", "1.2.3", "1.2.3"}},
		{"1.2", versions{"1.2", "1.2", "1.2"}},
		{"0.30.0-158", versions{"0.30.0+158", "0.30.0+158", "0.30.0_p158"}},
		{"v1.2.3-rc.1", versions{"1.2.3~rc.1", "1.2.3~rc.1", "1.2.3_rc1"}},
		{"v1.2.3-5-gabc1234", versions{"1.2.3+5.abc1234", "1.2.3+5.abc1234", "1.2.3_p5"}},
		{"v1.2.3-beta2-5-gabc1234-dirty", versions{"1.2.3~beta2+5.abc1234.dirty", "1.2.3~beta2+5.abc1234.dirty", "1.2.3_beta2_p5"}},
		{"abc1234-dirty", versions{"0.0.0~20260102030405.abc1234.dirty", "0.0.0~20260102030405.abc1234.dirty", "0.0.0_alpha20260102030405"}},
	}
	for _, tt := range tests {
		if got := packageVersions(tt.version, when); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.version, got, tt.want)
		}
	}
}

func TestLicencesAreRecognised(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		{"Permission is hereby granted, free of charge, to any person\nobtaining a copy", "MIT"},
		{"Redistribution and use in source and binary forms ... Neither the name of", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
		{"All rights reserved.", ""},
	}
	for _, tt := range tests {
		if got := licenceName(tt.text); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}
