package algo

// ResourcePool hands out resources and keeps those given back for the next
// one who asks. Resources are told apart with ==, so the allocator must return
// a different value each time.
type ResourcePool struct {
	allocator func(tag, tenant any) (any, error)
	free      map[any][]any       // by tag; the last one is the next
	busy      map[any]*pooled     // by resource
	tenants   map[any]map[any]any // resources by tenant and tag
}

type pooled struct{ tag, tenant any } // as keys

// NewResourcePool makes a pool. The allocator makes a resource when none of
// that tag is free.
func NewResourcePool(allocator func(tag, tenant any) (any, error)) *ResourcePool {
	return &ResourcePool{
		allocator: allocator,
		free:      make(map[any][]any),
		busy:      make(map[any]*pooled),
		tenants:   make(map[any]map[any]any),
	}
}

// Allocate returns a resource of a tag: the one that the tenant has already,
// a free one, or a new one. Nil is a tag like any other; as a tenant it stands
// for nobody in particular. Errors of the allocator come back as they are.
func (p *ResourcePool) Allocate(tag, tenant any) (any, error) {
	key, holder := MapKey(tag), MapKey(tenant)
	if holder != nil {
		if r, ok := p.tenants[holder][key]; ok {
			return r, nil
		}
	}
	var r any
	if free := p.free[key]; len(free) > 0 {
		last := len(free) - 1
		r, free[last] = free[last], nil
		p.free[key] = free[:last]
		if last == 0 {
			delete(p.free, key)
		}
	} else {
		var err error
		if r, err = p.allocator(tag, tenant); err != nil {
			return nil, err
		}
	}
	p.busy[MapKey(r)] = &pooled{key, holder}
	if holder != nil {
		if p.tenants[holder] == nil {
			p.tenants[holder] = make(map[any]any)
		}
		p.tenants[holder][key] = r
	}
	return r, nil
}

// Free gives a resource back. It returns false for one that is not in use.
func (p *ResourcePool) Free(resource any) bool {
	b := p.busy[MapKey(resource)]
	if b == nil {
		return false
	}
	delete(p.busy, MapKey(resource))
	if b.tenant != nil {
		delete(p.tenants[b.tenant], b.tag)
		if len(p.tenants[b.tenant]) == 0 {
			delete(p.tenants, b.tenant)
		}
	}
	p.free[b.tag] = append(p.free[b.tag], resource)
	return true
}

// FreeTenant gives back all that a tenant has.
func (p *ResourcePool) FreeTenant(tenant any) {
	for _, r := range p.tenants[MapKey(tenant)] {
		p.Free(r)
	}
}
