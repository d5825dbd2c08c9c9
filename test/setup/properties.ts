import fc from 'fast-check';

// A property that says how many there may be at most means it: left alone, no more than ten or so are tried.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
