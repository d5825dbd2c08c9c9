// Package nft enforces rules with nftables, in one table of its own.
package nft

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"sigs.k8s.io/knftables"

	"berth/tools/enforcer/policy"
)

// Table is the enforcer's table in the kernel. It stays in force when the enforcer ends, however it ends.
type Table struct {
	nft     knftables.Interface
	current content
}

// Close puts the table in force that lets nothing from or to the pods' addresses pass, in place of any earlier one.
func Close(ctx context.Context, cidrs []netip.Prefix) (*Table, error) {
	nft, err := knftables.New(knftables.InetFamily, TableName, knftables.NoObjectCommentEmulation)
	if err != nil {
		return nil, fmt.Errorf("nftables cannot be used (install nft 1.0.1 or later, and run as root): %w", err)
	}
	tx := nft.NewTransaction()
	addFrame(tx, cidrs)
	if err := nft.Run(ctx, tx); err != nil {
		return nil, fmt.Errorf("nft refused the table %s: %w", TableName, err)
	}
	return &Table{nft: nft}, nil
}

// Apply puts rules in force, in one transaction of what differs; it tells whether anything did. When it fails, the rules
// from before stay in force.
func (t *Table) Apply(ctx context.Context, rules policy.Rules) (bool, error) {
	wanted := contentOf(rules)
	tx := t.nft.NewTransaction()
	change(tx, t.current, wanted)
	if tx.NumOperations() == 0 {
		return false, nil
	}
	if err := t.nft.Run(ctx, tx); err != nil {
		return false, fmt.Errorf("nft refused a change; the rules from before stay in force: %w", err)
	}
	t.current = wanted
	return true, nil
}

// change adds what is new before what refers to it, and deletes what has gone after all that referred to it.
func change(tx *knftables.Transaction, current, wanted content) {
	for _, name := range added(current.sets, wanted.sets) {
		tx.Add(&knftables.Set{Name: name, Type: wanted.sets[name]})
	}
	for _, name := range added(current.chains, wanted.chains) {
		tx.Add(&knftables.Chain{Name: name})
		addRules(tx, name, wanted.chains[name]...)
	}
	for key, verdict := range current.elements {
		if now, exists := wanted.elements[key]; !exists || now != verdict {
			tx.Delete(elementOf(key, verdict))
		}
	}
	for key, verdict := range wanted.elements {
		if before, exists := current.elements[key]; !exists || before != verdict {
			tx.Add(elementOf(key, verdict))
		}
	}
	gone := added(wanted.chains, current.chains)
	for _, name := range gone {
		tx.Flush(&knftables.Chain{Name: name})
	}
	for _, name := range gone {
		tx.Delete(&knftables.Chain{Name: name})
	}
	for _, name := range added(wanted.sets, current.sets) {
		tx.Delete(&knftables.Set{Name: name})
	}
}

// added are the names that only the second has, in order.
func added[Value any](before, after map[string]Value) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(after)), func(name string) bool {
		_, exists := before[name]
		return exists
	})
}

func elementOf(key element, verdict string) *knftables.Element {
	object := &knftables.Element{Key: []string{key.first}}
	if key.second != "" {
		object.Key = append(object.Key, key.second)
	}
	if verdict == "" {
		object.Set = key.container
		return object
	}
	object.Map = key.container
	object.Value = []string{verdict}
	return object
}
