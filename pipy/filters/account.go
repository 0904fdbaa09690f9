package filters

import (
	"reflect"
	"time"

	"pipy/pipy/algo"
	"pipy/pipy/loop"
)

// accounts are the accounts of one throttle in a layout, by their keys.
type accounts struct {
	kind  throttleKind
	byKey map[any]*account
}

// account is what streams with equal keys share: so many units a second, or so
// many at a time.
type account struct {
	all   *accounts
	key   any
	quota *algo.Quota
	users int // streams

	// Of rates: units come back one second after they were taken, so never
	// more than the quota passes within a second.
	loop  *loop.Loop
	debts []debt // in the order of their time
	timer loop.Timer
	repay loop.Func
}

// A debt is units that were taken about the same time.
type debt struct {
	due   int64 // when they come back, in time of the loop
	units float64
}

// debtGrain is the time, in nanoseconds, within which debts count as one.
const debtGrain = int64(time.Millisecond)

// open returns the account of a key, with so many units when it is new.
func (a *accounts) open(l *loop.Loop, key any, units float64) *account {
	if key != nil && !reflect.TypeOf(key).Comparable() {
		key = nil // without an identity it cannot be told from others
	}
	key = algo.MapKey(key)
	acc := a.byKey[key]
	if acc == nil {
		acc = &account{all: a, key: key, loop: l, quota: algo.NewQuota(units, algo.QuotaOptions{Max: units}, nil)}
		acc.repay = acc.due
		if a.byKey == nil {
			a.byKey = make(map[any]*account)
		}
		a.byKey[key] = acc
	}
	acc.users++
	return acc
}

// close says that a stream does not use the account any more.
func (a *accounts) close(acc *account) {
	acc.users--
	acc.forget()
}

// forget drops an account that is like a new one.
func (acc *account) forget() {
	if acc.users == 0 && len(acc.debts) == 0 {
		delete(acc.all.byKey, acc.key)
	}
}

// spent says that units were taken, which come back in a second.
func (acc *account) spent(units float64) {
	due := acc.loop.NowNano() + int64(time.Second)
	due = (due + debtGrain - 1) / debtGrain * debtGrain
	if n := len(acc.debts); n > 0 && acc.debts[n-1].due == due {
		acc.debts[n-1].units += units
		return
	}
	acc.debts = append(acc.debts, debt{due, units})
	if len(acc.debts) == 1 {
		acc.arm()
	}
}

// arm sets the timer for the debt that is due first.
func (acc *account) arm() {
	acc.loop.Arm(&acc.timer, time.Duration(acc.debts[0].due-acc.loop.NowNano()), acc.repay)
}

// due gives back the units whose second is over.
func (acc *account) due() {
	now := acc.loop.NowNano()
	for len(acc.debts) > 0 && acc.debts[0].due <= now {
		units := acc.debts[0].units
		acc.debts = acc.debts[1:]
		acc.quota.Produce(units)
	}
	if len(acc.debts) > 0 {
		acc.arm()
		return
	}
	acc.debts = nil
	acc.forget()
}
