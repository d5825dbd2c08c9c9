// Command policy-enforcer makes a node keep the NetworkPolicies of its cluster, with nftables, in the network namespace
// that it is started in. Pods hang on the node each by a link of its own, so that what they send is forwarded.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"

	"berth/tools/enforcer/nft"
	"berth/tools/enforcer/policy"
)

type options struct {
	kubeconfig string
	cidrs      []netip.Prefix
	readyFile  string
}

func main() {
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	klog.SetSlogLogger(logger)
	options, err := readOptions(os.Args[1:])
	if err != nil {
		logger.Error(err.Error())
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := enforce(ctx, logger, options); err != nil && ctx.Err() == nil {
		logger.Error(err.Error())
		os.Exit(1)
	}
	logger.Info("ended; the rules stay in force")
}

func readOptions(arguments []string) (options, error) {
	var read options
	var cidrs string
	flags := flag.NewFlagSet("policy-enforcer", flag.ContinueOnError)
	flags.StringVar(&read.kubeconfig, "kubeconfig", "", "file with the access to the cluster")
	flags.StringVar(&cidrs, "pod-cidrs", "", "the pods' ranges of addresses, by commas")
	flags.StringVar(&read.readyFile, "ready-file", "", "file to write once the policies are in force")
	if err := flags.Parse(arguments); err != nil {
		return read, err
	}
	if read.kubeconfig == "" || cidrs == "" {
		return read, fmt.Errorf("--kubeconfig and --pod-cidrs are needed")
	}
	for _, text := range strings.Split(cidrs, ",") {
		cidr, err := netip.ParsePrefix(text)
		if err != nil {
			return read, fmt.Errorf("--pod-cidrs has %q, which is no range such as 10.244.0.0/24", text)
		}
		read.cidrs = append(read.cidrs, cidr.Masked())
	}
	return read, nil
}

// enforce keeps the policies in force until the context ends. Before anything is known, nothing passes.
func enforce(ctx context.Context, logger *slog.Logger, options options) error {
	table, err := nft.Close(ctx, options.cidrs)
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", options.kubeconfig)
	if err != nil {
		return fmt.Errorf("the kubeconfig %s cannot be used: %w", options.kubeconfig, err)
	}
	cluster, err := watch(ctx, config)
	if err != nil {
		return err
	}
	for ready := false; ; {
		state, err := cluster.state()
		if err != nil {
			return err
		}
		if _, err := table.Apply(ctx, policy.Compile(state, options.cidrs)); err != nil {
			return err
		}
		if !ready {
			ready = true
			logger.Info("policies are in force", "pods", len(state.Pods), "policies", len(state.Policies))
			if err := announce(options.readyFile); err != nil {
				return err
			}
		}
		if !cluster.nextChange(ctx) {
			return nil
		}
	}
}

func announce(file string) error {
	if file == "" {
		return nil
	}
	if err := os.WriteFile(file, []byte("ready\n"), 0o644); err != nil {
		return fmt.Errorf("the ready file cannot be written: %w", err)
	}
	return nil
}
