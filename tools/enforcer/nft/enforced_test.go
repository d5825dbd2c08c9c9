package nft_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"berth/tools/enforcer/nft"
	"berth/tools/enforcer/policy"
)

var cidrs = []netip.Prefix{netip.MustParsePrefix("10.244.0.0/24"), netip.MustParsePrefix("fd00:10:244::/64")}

// enforced is a node with the table, and what there is in its cluster.
type enforced struct {
	*node
	table *nft.Table
	state policy.State
}

// enforcedNode has pods in the namespaces blue and green, one that is not known, and a machine outside of the cluster.
// The table is there before them.
func enforcedNode(t *testing.T) *enforced {
	e := &enforced{node: newNode(t)}
	err := within(t, e.name, func() (err error) {
		e.table, err = nft.Close(context.Background(), cidrs)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.state.Namespaces = []*corev1.Namespace{{}, {}}
	e.state.Namespaces[0].Name, e.state.Namespaces[1].Name = "blue", "green"
	for i, name := range []string{"blue/web", "blue/db", "green/web", "unknown"} {
		four, six := fmt.Sprintf("10.244.0.%d", i+1), fmt.Sprintf("fd00:10:244::%d", i+1)
		e.add(name, four, six)
		e.serve(name, 80, 81)
		if name == "unknown" {
			continue
		}
		pod := &corev1.Pod{}
		namespace, app, _ := strings.Cut(name, "/")
		pod.Namespace, pod.Labels = namespace, map[string]string{"app": app}
		pod.Status.PodIPs = []corev1.PodIP{{IP: four}, {IP: six}}
		pod.Spec.Containers = []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}}}}
		e.state.Pods = append(e.state.Pods, pod)
	}
	e.add("outside", "203.0.113.9", "2001:db8::9")
	e.serve("outside", 80)
	return e
}

// apply puts policies in force, given as `namespace: spec`.
func (e *enforced) apply(specs ...string) {
	e.t.Helper()
	e.state.Policies = nil
	for _, text := range specs {
		byNamespace := map[string]networkingv1.NetworkPolicySpec{}
		if err := yaml.UnmarshalStrict([]byte(text), &byNamespace); err != nil {
			e.t.Fatal(err)
		}
		for namespace, spec := range byNamespace {
			object := &networkingv1.NetworkPolicy{Spec: spec}
			object.Namespace = namespace
			e.state.Policies = append(e.state.Policies, object)
		}
	}
	err := within(e.t, e.name, func() error {
		_, err := e.table.Apply(context.Background(), policy.Compile(e.state, cidrs))
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
}
