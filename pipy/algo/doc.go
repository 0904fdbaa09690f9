// Package algo holds the algorithms that scripts configure: caches, routers,
// load balancers, quotas and pools.
//
// Keys are Go values that compare with ==: strings, float64, bool, nil or
// pointers (identity). Values are any. Apart from SharedQuota and SharedMap,
// which belong to the process, an object belongs to one worker and is touched
// only on that worker's loop; it has no locks.
package algo
