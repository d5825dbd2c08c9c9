package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"berth/tools/enforcer/policy"
)

// livePods are the pods that policies can speak of: not on the node's own network, and not ended.
const livePods = "spec.hostNetwork=false,status.phase!=Succeeded,status.phase!=Failed"

// burst is how long events are gathered that come one after another.
const burst = 5 * time.Millisecond

// cluster is what is known of the cluster, kept up to date.
type cluster struct {
	pods       corelisters.PodLister
	namespaces corelisters.NamespaceLister
	policies   networkinglisters.NetworkPolicyLister
	// changed holds one word when something has changed since it was last taken.
	changed chan struct{}
	watches *streams
}

// watch knows the whole cluster when it returns.
func watch(ctx context.Context, config *rest.Config) (*cluster, error) {
	c := &cluster{changed: make(chan struct{}, 1)}
	c.watches = &streams{wanted: 3, settled: c.tell, open: map[*stream]bool{}}
	config.Wrap(c.watches.wrap)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig cannot be used: %w", err)
	}
	lean := informers.WithTransform(withoutManagedFields)
	all := informers.NewSharedInformerFactoryWithOptions(client, 0, lean)
	live := informers.NewSharedInformerFactoryWithOptions(client, 0, lean,
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.FieldSelector = livePods }))
	pods := live.Core().V1().Pods()
	namespaces := all.Core().V1().Namespaces()
	policies := all.Networking().V1().NetworkPolicies()
	c.pods, c.namespaces, c.policies = pods.Lister(), namespaces.Lister(), policies.Lister()
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(c.handler()); err != nil {
			return nil, fmt.Errorf("cannot watch the cluster: %w", err)
		}
	}
	for _, factory := range []informers.SharedInformerFactory{all, live} {
		factory.Start(ctx.Done())
		for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
			if !synced {
				return nil, fmt.Errorf("ended before %v were listed: %w", kind, context.Cause(ctx))
			}
		}
	}
	return c, nil
}

// withoutManagedFields leaves out the greater part of an object, which says who wrote what.
func withoutManagedFields(object any) (any, error) {
	if metadata, err := meta.Accessor(object); err == nil {
		metadata.SetManagedFields(nil)
	}
	return object, nil
}

func (c *cluster) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { c.tell() },
		UpdateFunc: func(any, any) { c.tell() },
		DeleteFunc: func(any) { c.tell() },
	}
}

func (c *cluster) tell() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// nextChange waits until something has changed, and for what comes with it; false when the enforcer shall end.
func (c *cluster) nextChange(ctx context.Context) bool {
	for {
		select {
		case <-c.changed:
		case <-ctx.Done():
			return false
		}
		time.Sleep(burst)
		select {
		case <-c.changed:
		default:
		}
		if c.watches.complete() {
			return true
		}
	}
}

func (c *cluster) state() (policy.State, error) {
	var state policy.State
	var err error
	everything := labels.Everything()
	if state.Pods, err = c.pods.List(everything); err != nil {
		return state, err
	}
	if state.Namespaces, err = c.namespaces.List(everything); err != nil {
		return state, err
	}
	state.Policies, err = c.policies.List(everything)
	return state, err
}
