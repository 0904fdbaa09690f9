// Everything that scripts of Pipy can use, for editors and type checkers.
//
// Printed from the declarations in the source. To use it, put a jsconfig.json
// beside the scripts: { "compilerOptions": { "lib": ["es2022"], "types": [] },
// "include": ["*.js", "pipy.d.ts"] }. Context variables are not known to it.

/** The path of this module in the codebase. */
declare const __filename: string;
/** The connection of the current context; null in tasks and readers. */
declare const __inbound: Inbound;
/** This worker: its number from 0, and how many there are. */
declare const __thread: { readonly id: number; readonly concurrency: number };
/**
 * Starts the description of a module.
 *
 * @param variables The context variables of the module and their initial values, or a function that returns them.
 */
declare function pipy(variables?: object | (() => object)): Configuration;
declare namespace pipy {
  /** The name of the program and the arguments of the script. */
  const argv: string[];
  /** The number of the process. */
  const pid: number;
  /** This worker: its number from 0, and how many there are. */
  const thread: { readonly id: number; readonly concurrency: number };
}

/**
 * Returns the value behind the first condition that holds. Conditions and values that are
 * functions are called, but only those that count.
 *
 * @param choices A condition, its value, and so on; at last, a value for when no condition holds.
 */
declare function branch(...choices: any[]): any;

/**
 * Calls a function and returns its result. When it throws, the result is that of the catcher.
 *
 * @param function_ The function.
 * @param catcher Called with what was thrown. Without one the error goes on.
 */
declare function invoke(function_: (...args: any[]) => any, catcher?: (error: any) => any): any;

/**
 * Describes a pipeline, to be used by pipe, pipy.listen and others, or to be started by itself.
 *
 * @param builder Gets the description to add filters to: $ => $.filter(...)
 */
declare function pipeline(builder: (...args: any[]) => any): PipelineTemplate;

/**
 * Writes to standard output. Strings are written as they are, other values in a form for people to
 * read.
 *
 * @param values What to write, joined by blanks.
 */
declare function print(...values: any[]): void;

/**
 * Writes a line to standard output. Strings are written as they are, other values in a form for
 * people to read.
 *
 * @param values What to write, joined by blanks.
 */
declare function println(...values: any[]): void;

/**
 * Calls a function with 0, 1 and so on, or with each element of an array and its index, until the
 * result is false or nothing is left. Returns the last result.
 *
 * @param count How often at most, or an array of what to call the function with; it may be left out.
 * @param callback The function.
 */
declare function repeat(count: number | any[] | ((index: number) => any), callback?: (...args: any[]) => any): any;

/**
 * Returns the value behind the first case that equals the subject, in the sense of ==: 1 equals
 * "1". Subject, cases and values that are functions are called, but only those that count.
 *
 * @param subject What to compare with.
 * @param choices A case, its value, and so on; at last, a value for when no case is equal.
 */
declare function select(subject: any, ...choices: any[]): any;

/** Caches, routers, load balancers, quotas and pools. */
declare namespace algo {
  /**
   * Returns a number below 2^53 for a value. Equal strings, numbers and booleans have equal numbers
   * in all processes, so that these may be kept, in a cookie for instance; an object has one as long
   * as the process lives.
   *
   * @param value A string, a number, a boolean, or an object, which counts by identity.
   */
  function hash(value: any): number;
  /** Returns a random UUID (RFC 9562, 5.4). */
  function uuid(): string;
}

declare namespace algo {
  /**
   * A map that forgets: entries expire after a time, and the least recently used make room for new
   * ones. Keys are told apart by value when they are strings, numbers or booleans, else by identity.
   */
  class Cache {
    /**
     * Makes an empty cache. The options may also take the place of a function that is left out.
     *
     * @param allocate Called with a key that get does not find; what it returns becomes the value.
     * @param free Called with the key and the value of each entry that set evicts, remove takes out or clear drops.
     */
    constructor(allocate?: (key: any) => any, free?: (key: any, value: any) => void, options?: {
      /**
       * The number of entries above which set evicts the least recently used. 0 means no limit. Default:
       * 0.
       */
      size?: number;
      /** The age at which an entry expires. 0 means never. Default: 0. */
      ttl?: number | string;
    });
    /** Frees all entries. */
    clear(): void;
    /**
     * Returns the value of a key and marks it as used; undefined when there is none.
     *
     * @param key The key.
     */
    find(key: any): any;
    /**
     * Returns the value of a key and marks it as used. When there is none it stores what allocate
     * returns; without allocate the result is undefined.
     *
     * @param key The key.
     */
    get(key: any): any;
    /**
     * Tells whether a key has a value, and marks it as used.
     *
     * @param key The key.
     */
    has(key: any): boolean;
    /**
     * Takes out an entry and frees its value. Tells whether there was one.
     *
     * @param key The key.
     */
    remove(key: any): boolean;
    /**
     * Stores a value, and evicts the least recently used entries above the size.
     *
     * @param key The key.
     * @param value The value.
     */
    set(key: any, value: any): void;
  }
}

declare namespace algo {
  /** Selects a target by the hash of a key, modulo the number of targets. */
  class HashingLoadBalancer {
    /**
     * Makes a balancer.
     *
     * @param targets Names of targets.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    constructor(targets?: string[], unhealthy?: algo.Cache);
    /**
     * Appends a target.
     *
     * @param target Its name.
     */
    add(target: string): void;
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key What to hash.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    borrow(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Ends a piece of work that select began. Balancers that do not count work ignore it.
     *
     * @param target What select returned; nothing happens without it.
     */
    deselect(target?: string): void;
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key What to hash.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    next(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Selects a target; undefined when none is available.
     *
     * @param key What to hash.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    select(key?: any, unhealthy?: algo.Cache): string | undefined;
    /**
     * Replaces all targets.
     *
     * @param targets Names of targets.
     */
    set(targets: string[]): void;
  }
}

declare namespace algo {
  /**
   * Selects the target with the least work under way for its weight. Ties go to the first in the
   * list.
   */
  class LeastWorkLoadBalancer {
    /**
     * Makes a balancer.
     *
     * @param targets Names of targets, of weight 1, or weights by name. A target of weight 0 is never selected.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    constructor(targets?: string[] | { [target: string]: number }, unhealthy?: algo.Cache);
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    borrow(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Ends a piece of work that select began. Balancers that do not count work ignore it.
     *
     * @param target What select returned; nothing happens without it.
     */
    deselect(target?: string): void;
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    next(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Selects a target; undefined when none is available.
     *
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    select(key?: any, unhealthy?: algo.Cache): string | undefined;
    /**
     * Changes the weight of a target, which may be new, or replaces all targets.
     *
     * @param target The name of a target, or all targets like the constructor.
     * @param weight The new weight. Default: 1.
     */
    set(target: string | string[] | { [target: string]: number }, weight?: number): void;
  }
}

declare namespace algo {
  /** Lends resources of weighted targets of any kind. */
  class LoadBalancer {
    /**
     * Makes a balancer.
     *
     * @param targets The targets, values of any kind.
     */
    constructor(targets?: any[], options?: {
      /** "round-robin" or "least-load". Default: "round-robin". */
      algorithm?: string;
      /** Returns what tells a target from the others, and across two lists. By default the target itself. */
      key?: (target: any) => any;
      /**
       * A target's share, or a function that returns it; 0 means never chosen. By default, and for what
       * has none, 1.
       */
      weight?: number | ((target: any) => number);
      /**
       * How many resources a target has, or a function that returns it: beyond that, the one that is
       * lent least is shared. 0 means any number.
       */
      capacity?: number | ((target: any) => number);
    });
    /**
     * Lends a resource of the next target; null when there is none.
     *
     * @param key The key of the target to take if it is there and valid.
     * @param validator Called with a target; a false result passes it over.
     */
    allocate(key?: any, validator?: (target: any) => boolean): Resource | null;
    /**
     * Replaces the targets. Those whose keys were there before keep their state.
     *
     * @param targets The targets.
     */
    provision(targets: any[]): void;
    /**
     * Returns the next targets.
     *
     * @param count How many.
     * @param validator Called with a target; a false result passes it over.
     */
    schedule(count: number, validator?: (target: any) => boolean): any[];
  }
}

declare namespace algo {
  /** Estimates below which value a share of the samples lies. */
  class Percentile {
    /**
     * Makes a counter of samples.
     *
     * @param buckets The upper limits of the buckets, which count samples up to them.
     */
    constructor(buckets: number[]);
    /**
     * Returns the smallest limit that covers a share of the samples; Infinity when none does, 0
     * without samples.
     *
     * @param percent The share, from 0 to 100.
     */
    calculate(percent: number): number;
    /**
     * Counts a sample.
     *
     * @param sample The sample.
     */
    observe(sample: number): void;
    /** Forgets all samples. */
    reset(): void;
  }
}

declare namespace algo {
  /** Counts units that can be taken and come back. */
  class Quota {
    /**
     * Makes a quota.
     *
     * @param initial How many units there are at first. Default: 0.
     */
    constructor(initial?: number, options?: {
      /** All workers share the units of quotas with the same key. By default a quota is on its own. */
      key?: string;
      /** How many units there can be. 0 means any number. Default: 0. */
      max?: number;
      /**
       * The time between two refills, which begin when a unit was taken. 0 means that there are none.
       * Default: 0.
       */
      per?: number | string;
      /** How many units a refill adds. 0 means that it goes back to the initial number. Default: 0. */
      produce?: number;
    });
    /** How many units can be taken. */
    readonly current: number;
    /** How many units there were at first. */
    readonly initial: number;
    /**
     * Takes units and returns how many it took: fewer when there are not enough, none when others
     * wait.
     *
     * @param count How many to take. Default: 1.
     */
    consume(count?: number): number;
    /**
     * Adds units, up to the maximum, and serves those who wait.
     *
     * @param count How many to add. Default: 1.
     */
    produce(count?: number): void;
    /** Goes back to the initial number of units. It does nothing to a quota with a key. */
    reset(): void;
  }
}

declare namespace algo {
  /** What a load balancer lends: one use of a target. It may key a pool of connections. */
  class Resource {
    private constructor();
    /** The target. */
    readonly id: any;
    /** The target as the balancer was given it. */
    readonly target: any;
    /** Gives the resource back. A second call does nothing. */
    free(): void;
  }
}

declare namespace algo {
  /** Hands out resources and keeps those given back for the next one who asks. */
  class ResourcePool {
    /**
     * Makes an empty pool.
     *
     * @param allocator Called with the tag and the tenant when no resource is free; returns a new one.
     */
    constructor(allocator: (tag: any, tenant: any) => any);
    /**
     * Returns a resource of a tag: the one that the tenant has already, a free one, or a new one.
     *
     * @param tag What kind of resource.
     * @param tenant Who gets the same resource again.
     */
    allocate(tag?: any, tenant?: any): any;
    /**
     * Gives a resource back. Tells whether it was in use.
     *
     * @param resource What allocate returned.
     */
    free(resource: any): boolean;
    /**
     * Gives back all that a tenant has.
     *
     * @param tenant Who had the resources.
     */
    freeTenant(tenant: any): void;
  }
}

declare namespace algo {
  /** Gives each target its weight's share of the selections. Ties go to the first in the list. */
  class RoundRobinLoadBalancer {
    /**
     * Makes a balancer.
     *
     * @param targets Names of targets, of weight 1, or weights by name. A target of weight 0 is never selected.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    constructor(targets?: string[] | { [target: string]: number }, unhealthy?: algo.Cache);
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    borrow(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Ends a piece of work that select began. Balancers that do not count work ignore it.
     *
     * @param target What select returned; nothing happens without it.
     */
    deselect(target?: string): void;
    /**
     * Lends a target to a borrower; undefined when none is available.
     *
     * @param borrower Who gets the same target until it is given back. By default the current inbound connection, which gives back when it ends.
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    next(borrower?: any, key?: any, unhealthy?: algo.Cache): Resource | undefined;
    /**
     * Selects a target; undefined when none is available.
     *
     * @param key The same key gets the same target as long as that is available.
     * @param unhealthy Targets with a true value in this cache are not selected.
     */
    select(key?: any, unhealthy?: algo.Cache): string | undefined;
    /**
     * Changes the weight of a target, which may be new, or replaces all targets.
     *
     * @param target The name of a target, or all targets like the constructor.
     * @param weight The new weight. Default: 1.
     */
    set(target: string | string[] | { [target: string]: number }, weight?: number): void;
  }
}

declare namespace algo {
  /**
   * A map that all workers of the process see, and all versions of a codebase. Keys are strings;
   * values are copied: functions and objects of classes other than Data become undefined.
   */
  class SharedMap {
    /**
     * Opens the map of a name. It is made when it is opened for the first time, and stays as long as
     * the process.
     *
     * @param name The name.
     */
    constructor(name: string);
    /** The number of entries. */
    readonly size: number;
    /**
     * Adds to a number in one step and returns the sum; NaN when there is no number.
     *
     * @param key The key.
     * @param number The number.
     */
    add(key: string, number: number): number;
    /** Removes all entries. */
    clear(): void;
    /**
     * Removes an entry and tells whether there was one.
     *
     * @param key The key.
     */
    delete(key: string): boolean;
    /**
     * Returns a copy of the value of a key; undefined when there is none.
     *
     * @param key The key.
     */
    get(key: string): any;
    /**
     * Tells whether there is an entry.
     *
     * @param key The key.
     */
    has(key: string): boolean;
    /**
     * Stores a copy of a value.
     *
     * @param key The key.
     * @param value The value.
     */
    set(key: string, value: any): void;
    /**
     * Subtracts from a number in one step and returns the difference; NaN when there is no number.
     *
     * @param key The key.
     * @param number The number.
     */
    sub(key: string, number: number): number;
  }
}

declare namespace algo {
  /**
   * Finds the value of the most specific pattern that matches a host and a path.
   *
   * A pattern is "[host]/path". The first label of the host may be "*", which stands for one label;
   * a "*" as the last segment of the path stands for any number of segments. Matching is
   * case-sensitive.
   */
  class URLRouter {
    /**
     * Makes a router.
     *
     * @param rules Values by pattern.
     */
    constructor(rules?: object);
    /**
     * Stores the value of a pattern and returns this router.
     *
     * @param pattern [host]/path.
     * @param value What find returns.
     */
    add(pattern: string, value: any): URLRouter;
    /**
     * Joins its arguments with one slash between each two and returns the value of the pattern that
     * matches best; undefined when there is none. Port and query are ignored. First come patterns with
     * this host, then those with "*" for its first label, then those without a host; among them an
     * exact path comes before the longest prefix.
     *
     * @param segments The host and the path, or parts of them. Null and undefined are left out.
     */
    find(...segments: string[]): any;
  }
}

/**
 * Reads and writes messages of BGP-4 (RFC 4271), in the form that the filter decodeBGP has for its
 * payloads.
 */
declare namespace BGP {
  /**
   * Returns the first message in a Data. It throws if that is not valid, or not complete.
   *
   * @param data The bytes.
   * @param enableAS4 Whether AS numbers have four bytes (RFC 6793). Default: false.
   */
  function decode(data: Data, enableAS4?: boolean): object;
  /**
   * Returns a message as bytes.
   *
   * @param message The message.
   * @param enableAS4 Whether AS numbers have four bytes (RFC 6793). Default: false.
   */
  function encode(message: object, enableAS4?: boolean): Data;
}

/**
 * What a TLS client said about itself.
 *
 * The callback of handleTLSClientHello gets it.
 */
declare class ClientHello {
  private constructor();
  /** The protocols that the client offers, best first; undefined when it sent none. */
  readonly protocolNames: string[];
  /** The names of the server that the client asks for; undefined when it sent none. */
  readonly serverNames: string[];
}

/**
 * A description of pipelines, which the calls in a chain build up. Every method returns the same
 * object.
 */
declare class Configuration {
  private constructor();
  /**
   * While the configuration is built: branch(condition, $ => ..., condition, $ => ..., $ => ...)
   * calls the function behind the first condition that holds. With a condition that is a function it
   * is the filter of that name.
   *
   * @param branches A condition, its function, the next condition, its function, and so on; or what the filter takes.
   */
  branch(...branches: (any)[]): Configuration;
  /**
   * Opens a pipeline that runs when the process is about to end in good order; the process waits for
   * its StreamEnd.
   */
  exit(): Configuration;
  /**
   * Declares variables of this module that other modules can import.
   *
   * @param namespace The name under which others import the variables.
   * @param variables Names and initial values.
   */
  export(namespace: string, variables: any): Configuration;
  /**
   * Makes variables that other modules export usable under their names.
   *
   * @param variables For each variable the namespace that exports it; to use another name here, an object { namespace, name }.
   */
  import(variables: any): Configuration;
  /**
   * Opens a port; the pipeline that follows runs once for each connection.
   *
   * @param address A port on all IPv4 addresses, 'ip:port', '[ipv6]:port' or 'unix:/path'; port 0 and null listen on nothing. A ListenerArray has several ports, and their options.
   */
  listen(address: any, options?: {
    /**
     * 'tcp' or 'udp'. With udp each peer is a connection: each datagram is a Data, and each Data of
     * the output a datagram. Default: "tcp".
     */
    protocol?: string;
    /**
     * Connections at a time; when there are as many, others wait in the backlog. -1 is no limit.
     * Default: -1.
     */
    maxConnections?: number;
    /** Peers of a UDP port at a time; datagrams of others are dropped. 0 is 16384. Default: 0. */
    maxPeers?: number;
    /**
     * Ends the stream with ReadTimeout when nothing was received for this long. 0 is never. Default:
     * 0.
     */
    readTimeout?: number | string;
    /**
     * Ends the stream with WriteTimeout when output made no progress for this long. 0 is never.
     * Default: 0.
     */
    writeTimeout?: number | string;
    /**
     * Ends the stream with IdleTimeout when nothing was received or sent for this long. 0 is never.
     * Default: 60.
     */
    idleTimeout?: number | string;
    /** Unsent output at which the sources of it are paused; they go on at half. Default: "1m". */
    congestionLimit?: number | string;
    /** Unsent output at which the connection is closed with BufferOverflow. 0 is no limit. Default: 0. */
    bufferLimit?: number | string;
    /** Sets SO_KEEPALIVE. Default: true. */
    keepAlive?: boolean;
    /** Sets TCP_NODELAY. Default: true. */
    noDelay?: boolean;
    /**
     * Closes the whole connection when the peer ends its side, instead of when the pipeline has ended
     * its own. Default: false.
     */
    closeEOF?: boolean;
    /**
     * Accepts connections that were redirected here, with their original destination (Linux). Default:
     * false.
     */
    transparent?: boolean;
  }): Configuration;
  /**
   * Sets a function that is called when a pipeline of the open layout has ended.
   *
   * @param callback Its result is the result of the pipeline.
   */
  onEnd(callback: (...args: any[]) => any): Configuration;
  /**
   * Sets what each pipeline of the open layout gets as its first input.
   *
   * @param input An event, a Message, an array of those, or a function that returns one of these or a promise of it.
   */
  onStart(input: any): Configuration;
  /**
   * Opens a pipeline that others refer to by its name; without a name, the one that chain and use
   * run.
   *
   * @param name A name that is unique in the module.
   */
  pipeline(name?: string): Configuration;
  /**
   * Opens a pipeline that is fed with the content of a file at the start; '-' is the standard input.
   * In a pipeline builder it is the filter of that name.
   *
   * @param filename A path, relative to the working directory.
   */
  read(filename: string): Configuration;
  /**
   * While the configuration is built: repeat(n, ($, i) => ...) or repeat(array, ($, item) => ...)
   * calls the function for each. With one function it is the filter of that name.
   *
   * @param args A number or an array and a function; or what the filter takes.
   */
  repeat(...args: (any)[]): Configuration;
  /**
   * Opens a pipeline that runs by itself: once at the start, at an interval, or when the process
   * receives a signal. Its input is an empty message, unless onStart says otherwise; a run ends when
   * the pipeline outputs StreamEnd, and the next one waits for that.
   *
   * @param when An interval like 5, '5s' or '1m' (0.01 seconds to 24 hours), or the name of a signal like 'SIGHUP'.
   */
  task(when?: any): Configuration;
  /**
   * Gives the last filter its sub-pipeline.
   *
   * @param pipeline A pipeline name, or a function that builds the pipeline: $ => $.filter(...)
   */
  to(pipeline: any): Configuration;
  /**
   * Opens a pipeline that runs whenever a file of the codebase, or, if the path ends with a slash,
   * any file below a folder has changed, appeared or gone away. Files are looked at once a second.
   * The function given to onStart gets an array of their names; without onStart the input is an
   * empty message. A run ends when the pipeline outputs StreamEnd; what changes meanwhile is the
   * matter of the next one. A codebase of a server is loaded anew as a whole, so there only
   * pipy.patch and pipy.mount change files.
   *
   * @param path A path in the codebase.
   */
  watch(path: string): Configuration;
  /**
   * Answers requests for a tunnel.
   *
   * It belongs into the sub-pipeline of demuxHTTP. A function gets each request as a Message and
   * returns the response: a Message, a promise of one, or null for an empty one with status 200. A
   * Message answers all requests.
   *
   * When the response accepts a tunnel, the sub-pipeline is started with a clone of the variables,
   * and gets everything that the client sends from then on as Data; what it outputs goes to the
   * client. A response accepts CONNECT with a status of 200 to 299, which is the default, and an
   * upgrade with 101, which is the default if there is a Message. With any other response HTTP goes
   * on. To a 101, the fields are added that it must have and lacks: upgrade, with the protocol that
   * was asked for, connection, and for a WebSocket sec-websocket-accept (RFC 6455, 4.2.2).
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param handler The response, or a function of the request that returns it.
   */
  acceptHTTPTunnel(target: string, handler: Message | ((request: Message) => Message | Promise<Message | null> | null)): Configuration;
  /**
   * Answers requests for a tunnel.
   *
   * It belongs into the sub-pipeline of demuxHTTP. A function gets each request as a Message and
   * returns the response: a Message, a promise of one, or null for an empty one with status 200. A
   * Message answers all requests.
   *
   * When the response accepts a tunnel, the sub-pipeline is started with a clone of the variables,
   * and gets everything that the client sends from then on as Data; what it outputs goes to the
   * client. A response accepts CONNECT with a status of 200 to 299, which is the default, and an
   * upgrade with 101, which is the default if there is a Message. With any other response HTTP goes
   * on. To a 101, the fields are added that it must have and lacks: upgrade, with the protocol that
   * was asked for, connection, and for a WebSocket sec-websocket-accept (RFC 6455, 4.2.2).
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param handler The response, or a function of the request that returns it.
   */
  acceptHTTPTunnel(handler: Message | ((request: Message) => Message | Promise<Message | null> | null)): Configuration;
  /**
   * Takes the header of the PROXY protocol off a stream.
   *
   * A proxy in front of us writes a header, of version 1 or 2, that tells where the connection comes
   * from. The callback gets it as a ProxyProtocolHeader. When it returns true, or a promise of it,
   * the rest of the stream goes through the sub-pipeline, whose output goes out; else the stream
   * ends.
   *
   * The stream ends with ProtocolError when it does not begin with a header or when the header is
   * wrong, its checksum for example, and with ReadTimeout when it does not come in time. Nobody but
   * the proxy should be able to reach the port: whoever writes the header can claim any address.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param callback Tells whether the stream may go on. Without it, all may.
   */
  acceptProxyProtocol(target: string, callback?: (header: ProxyProtocolHeader) => boolean | Promise<boolean>, options?: {
    /** How long the header may take from the beginning of the stream. 0 waits forever. Default: 10. */
    timeout?: number | string;
    /** Bytes that a header may have. Default: "16k". */
    maxHeaderSize?: number | string;
  }): Configuration;
  /**
   * Takes the header of the PROXY protocol off a stream.
   *
   * A proxy in front of us writes a header, of version 1 or 2, that tells where the connection comes
   * from. The callback gets it as a ProxyProtocolHeader. When it returns true, or a promise of it,
   * the rest of the stream goes through the sub-pipeline, whose output goes out; else the stream
   * ends.
   *
   * The stream ends with ProtocolError when it does not begin with a header or when the header is
   * wrong, its checksum for example, and with ReadTimeout when it does not come in time. Nobody but
   * the proxy should be able to reach the port: whoever writes the header can claim any address.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param callback Tells whether the stream may go on. Without it, all may.
   */
  acceptProxyProtocol(callback?: (header: ProxyProtocolHeader) => boolean | Promise<boolean>, options?: {
    /** How long the header may take from the beginning of the stream. 0 waits forever. Default: 10. */
    timeout?: number | string;
    /** Bytes that a header may have. Default: "16k". */
    maxHeaderSize?: number | string;
  }): Configuration;
  /**
   * Serves clients of SOCKS 4, 4a and 5.
   *
   * The callback decides about the connection that a client asks for: when it returns true, or a
   * promise of it, the client is told that it is connected, and what it sends from then on goes
   * through the sub-pipeline, whose output goes to the client. Else the client is refused.
   *
   * The callback is called with a SOCKSRequest. A callback that names two arguments or more gets
   * (host, port, id) instead: the domain name or the IP address, the port, and the user name of
   * SOCKS 4. A callback of one argument may take the SOCKSRequest for the host: as a text it is
   * that.
   *
   * With the option authenticate, clients of SOCKS 5 have to send a user name and a password, and
   * those of SOCKS 4 are refused. Commands other than CONNECT are refused.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param callback Tells whether the client may connect to where it wants to.
   */
  acceptSOCKS(target: string, callback: ((request: SOCKSRequest) => boolean | Promise<boolean>) | ((host: string, port: number, id?: string) => boolean | Promise<boolean>), options?: {
    /** Called with a user name and a password; returns true, or a promise of it, when they are right. */
    authenticate?: (...args: any[]) => any;
    /** How long the request of a client may take. 0 waits forever. Default: 30. */
    timeout?: number | string;
  }): Configuration;
  /**
   * Serves clients of SOCKS 4, 4a and 5.
   *
   * The callback decides about the connection that a client asks for: when it returns true, or a
   * promise of it, the client is told that it is connected, and what it sends from then on goes
   * through the sub-pipeline, whose output goes to the client. Else the client is refused.
   *
   * The callback is called with a SOCKSRequest. A callback that names two arguments or more gets
   * (host, port, id) instead: the domain name or the IP address, the port, and the user name of
   * SOCKS 4. A callback of one argument may take the SOCKSRequest for the host: as a text it is
   * that.
   *
   * With the option authenticate, clients of SOCKS 5 have to send a user name and a password, and
   * those of SOCKS 4 are refused. Commands other than CONNECT are refused.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param callback Tells whether the client may connect to where it wants to.
   */
  acceptSOCKS(callback: ((request: SOCKSRequest) => boolean | Promise<boolean>) | ((host: string, port: number, id?: string) => boolean | Promise<boolean>), options?: {
    /** Called with a user name and a password; returns true, or a promise of it, when they are right. */
    authenticate?: (...args: any[]) => any;
    /** How long the request of a client may take. 0 waits forever. Default: 30. */
    timeout?: number | string;
  }): Configuration;
  /**
   * Accepts a TLS connection.
   *
   * The sub-pipeline gets what the client sent, decrypted, and its output goes to the client,
   * encrypted. It shares the variables of the stream and gets its first event, a flush, when the
   * handshake succeeded. A StreamEnd of the sub-pipeline sends close_notify and leaves the other
   * direction open; one with an error does not, so that the client can tell that something is
   * missing. In the same way close_notify of the client is an orderly StreamEnd, and a connection
   * that ends without it a ReadError. When the handshake fails, both sides get a StreamEnd with the
   * error Unauthorized, and the log a line. Clients can resume sessions: the keys for that are
   * shared by all workers and change every day.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  acceptTLS(target: string, options?: {
    /**
     * The certificate and its private key, or a function of the server name that returns them, or a
     * promise of them. The function is called without a name when a connection begins, and again with
     * the name if the client sends one; null keeps what was returned before.
     */
    certificate?: { cert: crypto.Certificate | crypto.CertificateChain, key: crypto.PrivateKey } | ((name?: string) => any);
    /**
     * The certificates that the peer's certificate must lead to; a CertificateChain stands for all
     * that are in it.
     */
    trusted?: (crypto.Certificate | crypto.CertificateChain)[];
    /**
     * Called for each certificate of the peer's chain, from the root to the peer's own, with the
     * verdict and the Certificate; what it returns is the verdict that counts. It is called when peers
     * are verified at all.
     */
    verify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Another name of verify. */
    onVerify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Called with a TLSSession when the handshake succeeded. */
    handshake?: (session: TLSSession) => void;
    /** Called with the TLSSession at each change of its state: handshake, connected, closed. */
    onState?: (session: TLSSession) => void;
    /** The oldest version of the protocol. Default: "TLS1.2". */
    minVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /** The newest version of the protocol. Default: "TLS1.3". */
    maxVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /**
     * The cipher suites of TLS 1.2 and older by their names in OpenSSL, such as
     * 'ECDHE-RSA-AES128-GCM-SHA256', separated by colons; ALL, DEFAULT and HIGH stand for all secure
     * ones, !NAME removes those with that word in their name. Those of TLS 1.3 cannot be chosen, and
     * names that are not known are passed over. By default a server offers those with forward secrecy
     * and authenticated encryption (RFC 9325, 4.2).
     */
    ciphers?: string;
    /**
     * Seconds that the handshake may take, connecting included, before the stream ends with
     * ConnectionTimeout; 0 means for ever. Default: 10.
     */
    handshakeTimeout?: number | string;
    /**
     * The protocols that the server speaks: the first one of the client's that is among them is
     * chosen, and a client that offers only others is refused. Or a function that gets the names that
     * the client offers and returns the index of one, or -1 for none.
     */
    alpn?: string[] | ((names: string[]) => number);
  }): Configuration;
  /**
   * Accepts a TLS connection.
   *
   * The sub-pipeline gets what the client sent, decrypted, and its output goes to the client,
   * encrypted. It shares the variables of the stream and gets its first event, a flush, when the
   * handshake succeeded. A StreamEnd of the sub-pipeline sends close_notify and leaves the other
   * direction open; one with an error does not, so that the client can tell that something is
   * missing. In the same way close_notify of the client is an orderly StreamEnd, and a connection
   * that ends without it a ReadError. When the handshake fails, both sides get a StreamEnd with the
   * error Unauthorized, and the log a line. Clients can resume sessions: the keys for that are
   * shared by all workers and change every day.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  acceptTLS(options?: {
    /**
     * The certificate and its private key, or a function of the server name that returns them, or a
     * promise of them. The function is called without a name when a connection begins, and again with
     * the name if the client sends one; null keeps what was returned before.
     */
    certificate?: { cert: crypto.Certificate | crypto.CertificateChain, key: crypto.PrivateKey } | ((name?: string) => any);
    /**
     * The certificates that the peer's certificate must lead to; a CertificateChain stands for all
     * that are in it.
     */
    trusted?: (crypto.Certificate | crypto.CertificateChain)[];
    /**
     * Called for each certificate of the peer's chain, from the root to the peer's own, with the
     * verdict and the Certificate; what it returns is the verdict that counts. It is called when peers
     * are verified at all.
     */
    verify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Another name of verify. */
    onVerify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Called with a TLSSession when the handshake succeeded. */
    handshake?: (session: TLSSession) => void;
    /** Called with the TLSSession at each change of its state: handshake, connected, closed. */
    onState?: (session: TLSSession) => void;
    /** The oldest version of the protocol. Default: "TLS1.2". */
    minVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /** The newest version of the protocol. Default: "TLS1.3". */
    maxVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /**
     * The cipher suites of TLS 1.2 and older by their names in OpenSSL, such as
     * 'ECDHE-RSA-AES128-GCM-SHA256', separated by colons; ALL, DEFAULT and HIGH stand for all secure
     * ones, !NAME removes those with that word in their name. Those of TLS 1.3 cannot be chosen, and
     * names that are not known are passed over. By default a server offers those with forward secrecy
     * and authenticated encryption (RFC 9325, 4.2).
     */
    ciphers?: string;
    /**
     * Seconds that the handshake may take, connecting included, before the stream ends with
     * ConnectionTimeout; 0 means for ever. Default: 10.
     */
    handshakeTimeout?: number | string;
    /**
     * The protocols that the server speaks: the first one of the client's that is among them is
     * chosen, and a client that offers only others is refused. Or a function that gets the names that
     * the client offers and returns the index of one, or -1 for none.
     */
    alpn?: string[] | ((names: string[]) => number);
  }): Configuration;
  /**
   * Continues in the first pipeline whose condition holds.
   *
   * Conditions and pipelines alternate; a last pipeline without a condition takes what is left.
   * Conditions are functions, asked again at each event until one of them holds, or plain values.
   * Without any function the choice is made while the configuration is built: the chosen function
   * gets the configuration itself, and may add filters to the open pipeline or open others, such as
   * ports.
   *
   * @param branches A condition, its pipeline, the next condition, its pipeline, and so on.
   */
  branch(...branches: (boolean | (() => boolean) | string | (($: Configuration) => void))[]): Configuration;
  /**
   * Sends each message where it belongs.
   *
   * Conditions and pipelines alternate, as in branch, and a last pipeline without a condition takes
   * what is left. Conditions are called with the Message, anew for each message. A message for which
   * none holds passes through, as does what stands outside of messages. A pipeline serves all
   * messages of a stream that are sent to it.
   *
   * @param branches A condition, its pipeline, the next condition, its pipeline, and so on.
   */
  branchMessage(...branches: (boolean | (() => boolean) | string | (($: Configuration) => void))[]): Configuration;
  /**
   * Sends each message where its head belongs.
   *
   * Conditions and pipelines alternate, as in branch, and a last pipeline without a condition takes
   * what is left. Conditions are called with the MessageStart, anew for each message. A message for
   * which none holds passes through, as does what stands outside of messages. A pipeline serves all
   * messages of a stream that are sent to it.
   *
   * @param branches A condition, its pipeline, the next condition, its pipeline, and so on.
   */
  branchMessageStart(...branches: (boolean | (() => boolean) | string | (($: Configuration) => void))[]): Configuration;
  /**
   * Continues in the entry pipelines of other modules, one inside the other.
   *
   * With an array of modules, the stream enters the entry pipeline of the first one. Its chain()
   * without arguments stands for the entry pipeline of the second, the chain() of that for the
   * third, and so on: what follows chain() in a module handles what comes back from the modules
   * behind it. At the end of the chain, and outside of any, chain() passes events through.
   *
   * @param modules File names of modules; without them the chain goes on.
   */
  chain(modules?: string[]): Configuration;
  /**
   * Compresses a stream of bytes.
   *
   * The algorithm is gzip, deflate (the zlib format), br or zstd. What came in during one turn of
   * the loop goes out at its end if an empty Data, a flush, was among it; else when there is enough
   * of it. The rest goes out before the StreamEnd. Messages are not looked at: only their Data pass.
   *
   * @param algorithm gzip, deflate, br or zstd. A function is called at the first byte.
   */
  compress(algorithm: string | (() => string), options?: {
    /**
     * How much time it may take; none makes the format without compressing, where that exists.
     * Default: "default".
     */
    level?: "default" | "none" | "speed" | "best";
  }): Configuration;
  /**
   * Compresses the bodies of HTTP messages.
   *
   * The body of each message is compressed as one stream, and content-encoding says so. The first
   * argument is gzip, deflate (the zlib format), br or zstd, or a function that is called with each
   * MessageStart and returns one of these, or nothing to leave the message alone; or it is the
   * options.
   *
   * With the option request the algorithm is negotiated: the one of the option method that the
   * accept-encoding of the request likes best is used, if there is any, and vary is set. Without it,
   * whoever reads the message has to understand it.
   *
   * Left alone are messages without a body, those that have a content-encoding, answers to HEAD,
   * partial content (206), those with cache-control: no-transform, and all when very many are being
   * compressed at the same time. Of those that are compressed, content-length and accept-ranges are
   * removed, and a strong etag becomes a weak one, for the bytes are different.
   *
   * An empty Data, a flush, makes all bytes before it readable for the other side.
   *
   * @param algorithm An algorithm, or a function that returns one or nothing. Or the options.
   */
  compressHTTP(algorithm?: string | ((evt: MessageStart) => string | null), options?: {
    /** Whether to compress. A function is called for each message. Default: true. */
    enabled?: boolean | (() => boolean);
    /**
     * The algorithm, or an array of those that may be chosen, the preferred one first. If not given,
     * it is "gzip".
     */
    method?: string | string[];
    /**
     * How much time it may take; none makes the format without compressing, where that exists.
     * Default: "default".
     */
    level?: "default" | "none" | "speed" | "best";
    /** Called with the MessageStart of each message, returns the head of the request that it answers. */
    request?: (...args: any[]) => any;
    /** Bytes below which a body is left alone. Default: 0. */
    minSize?: number | string;
    /** Content types to compress, such as "text/html" or "text/*"; all if not given. */
    types?: string[];
  }): Configuration;
  /**
   * Compresses the bodies of messages; the same as compressHTTP.
   *
   * The body of each message is compressed as one stream, and content-encoding says so. The first
   * argument is gzip, deflate (the zlib format), br or zstd, or a function that is called with each
   * MessageStart and returns one of these, or nothing to leave the message alone; or it is the
   * options.
   *
   * With the option request the algorithm is negotiated: the one of the option method that the
   * accept-encoding of the request likes best is used, if there is any, and vary is set. Without it,
   * whoever reads the message has to understand it.
   *
   * Left alone are messages without a body, those that have a content-encoding, answers to HEAD,
   * partial content (206), those with cache-control: no-transform, and all when very many are being
   * compressed at the same time. Of those that are compressed, content-length and accept-ranges are
   * removed, and a strong etag becomes a weak one, for the bytes are different.
   *
   * An empty Data, a flush, makes all bytes before it readable for the other side.
   *
   * @param algorithm An algorithm, or a function that returns one or nothing. Or the options.
   */
  compressMessage(algorithm?: string | ((evt: MessageStart) => string | null), options?: {
    /** Whether to compress. A function is called for each message. Default: true. */
    enabled?: boolean | (() => boolean);
    /**
     * The algorithm, or an array of those that may be chosen, the preferred one first. If not given,
     * it is "gzip".
     */
    method?: string | string[];
    /**
     * How much time it may take; none makes the format without compressing, where that exists.
     * Default: "default".
     */
    level?: "default" | "none" | "speed" | "best";
    /** Called with the MessageStart of each message, returns the head of the request that it answers. */
    request?: (...args: any[]) => any;
    /** Bytes below which a body is left alone. Default: 0. */
    minSize?: number | string;
    /** Content types to compress, such as "text/html" or "text/*"; all if not given. */
    types?: string[];
  }): Configuration;
  /**
   * Connects to a server.
   *
   * The connection is made at the first event that is not StreamEnd; a function given as target or
   * as options is called then. Data is sent to the server; StreamEnd ends our side when all is sent,
   * and reading goes on. What is received comes out as Data and at last one StreamEnd, which tells
   * by its error why there is no connection (CannotResolve, ConnectionRefused, ConnectionTimeout) or
   * why it ended (ConnectionReset, ReadError, WriteError, ReadTimeout, WriteTimeout, IdleTimeout,
   * BufferOverflow). The name localhost stands for 127.0.0.1.
   *
   * @param target Where to connect to: 'host:port', '[ipv6]:port', 'unix:/path', or an IPEndpoint, which also has the protocol.
   */
  connect(target: string | object | (() => string | object), options?: {
    /**
     * The transport protocol. With udp each Data is a datagram, in both directions, and nothing but a
     * timeout or an error ends what is received. So it is with netlink, on Linux: the target is
     * 'pid=N;groups=N' there, or '' for the kernel, and idleTimeout 0 by default; see decodeNetlink.
     * Default: "tcp".
     */
    protocol?: "tcp" | "udp" | "netlink";
    /** The family of netlink: 0 is NETLINK_ROUTE. Default: 0. */
    netlinkFamily?: number;
    /** The local 'ip' or 'ip:port' to connect from; with netlink 'pid=N;groups=N'. */
    bind?: string | (() => string);
    /**
     * Called with the Outbound at each change of its state: open, resolving, connecting, connected,
     * idle, closed.
     */
    onState?: (...args: any[]) => any;
    /** Bytes not sent yet from which on the sources are paused. Default: "1m". */
    congestionLimit?: number | string;
    /** Bytes not sent yet above which the stream ends with BufferOverflow; 0 means none. Default: 0. */
    bufferLimit?: number | string;
    /** Further attempts after one that failed; -1 for ever. Default: 0. */
    retryCount?: number;
    /** Seconds between two attempts. Default: 0. */
    retryDelay?: number | string;
    /** Seconds that one attempt may take; 0 leaves it to the system. Default: 0. */
    connectTimeout?: number | string;
    /**
     * Seconds without anything received after which the stream ends with ReadTimeout; 0 means never.
     * Default: 0.
     */
    readTimeout?: number | string;
    /**
     * Seconds in which the peer takes nothing of what is to be sent after which the stream ends with
     * WriteTimeout; 0 means never. Default: 0.
     */
    writeTimeout?: number | string;
    /**
     * Seconds without movement in any direction after which the stream ends with IdleTimeout; 0 means
     * never. Default: 60.
     */
    idleTimeout?: number | string;
    /** Sets SO_KEEPALIVE. Default: true. */
    keepAlive?: boolean;
    /** Sets TCP_NODELAY. Default: true. */
    noDelay?: boolean;
  }): Configuration;
  /**
   * Opens a tunnel through an HTTP proxy or server.
   *
   * At the first event of the stream a request goes into the sub-pipeline, usually a muxHTTP, which
   * gets a clone of the variables. The stream waits until the response accepts: CONNECT with a
   * status of 200 to 299, an upgrade with 101. Then the stream goes through the sub-pipeline as it
   * is, in both directions. Any other response ends the stream: with Unauthorized if the status is
   * 401 or 407, else with ConnectionRefused.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param handshake The request, or a function that returns it.
   */
  connectHTTPTunnel(target: string, handshake: Message | (() => Message), options?: {
    /** Called with the name of each new state: connecting, connected, closed. */
    onState?: (...args: any[]) => any;
  }): Configuration;
  /**
   * Opens a tunnel through an HTTP proxy or server.
   *
   * At the first event of the stream a request goes into the sub-pipeline, usually a muxHTTP, which
   * gets a clone of the variables. The stream waits until the response accepts: CONNECT with a
   * status of 200 to 299, an upgrade with 101. Then the stream goes through the sub-pipeline as it
   * is, in both directions. Any other response ends the stream: with Unauthorized if the status is
   * 401 or 407, else with ConnectionRefused.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param handshake The request, or a function that returns it.
   */
  connectHTTPTunnel(handshake: Message | (() => Message), options?: {
    /** Called with the name of each new state: connecting, connected, closed. */
    onState?: (...args: any[]) => any;
  }): Configuration;
  /**
   * Writes the header of the PROXY protocol before a stream.
   *
   * At the first event of the stream the header goes into the sub-pipeline, usually a connect, and
   * the stream behind it. The header is an object, or what acceptProxyProtocol gave to its callback:
   * version (2 is binary, anything else 1), command ('PROXY' or 'LOCAL', version 2 only), protocol
   * ('TCP4', 'TCP6', 'UDP4', 'UDP6', 'UNIX', 'UNIX_DGRAM' or 'UNKNOWN'; by default TCP, of the
   * family of the addresses), sourceAddress, sourcePort, targetAddress, targetPort, and for version
   * 2 tlvs, an array of objects with type and value, a Data or a string. The value of a TLV of type
   * 3, the checksum, is computed.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param header The header, or a function that returns it.
   */
  connectProxyProtocol(target: string, header: object | (() => object)): Configuration;
  /**
   * Writes the header of the PROXY protocol before a stream.
   *
   * At the first event of the stream the header goes into the sub-pipeline, usually a connect, and
   * the stream behind it. The header is an object, or what acceptProxyProtocol gave to its callback:
   * version (2 is binary, anything else 1), command ('PROXY' or 'LOCAL', version 2 only), protocol
   * ('TCP4', 'TCP6', 'UDP4', 'UDP6', 'UNIX', 'UNIX_DGRAM' or 'UNKNOWN'; by default TCP, of the
   * family of the addresses), sourceAddress, sourcePort, targetAddress, targetPort, and for version
   * 2 tlvs, an array of objects with type and value, a Data or a string. The value of a TLV of type
   * 3, the checksum, is computed.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param header The header, or a function that returns it.
   */
  connectProxyProtocol(header: object | (() => object)): Configuration;
  /**
   * Connects through a SOCKS 5 proxy.
   *
   * The sub-pipeline, usually a connect, is the connection to the proxy. At the first event of the
   * stream the proxy is asked to connect to the target; the name of a host is resolved by the proxy.
   * The stream waits until the proxy says that it is connected, and then goes through the
   * sub-pipeline as it is, in both directions.
   *
   * The stream ends with Unauthorized when the proxy does not let us in, with ConnectionRefused or
   * ConnectionTimeout when it cannot connect, with ReadError when it does not speak SOCKS 5, and
   * with the error of the sub-pipeline when that ends before.
   *
   * @param pipeline The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param target Where to connect to: 'host:port' or '[ipv6]:port'.
   */
  connectSOCKS(pipeline: string, target: string | object | (() => string | object), options?: {
    /** The user name, if the proxy asks for one; 1 to 255 bytes. */
    username?: string | (() => string);
    /** The password that belongs to it; 1 to 255 bytes. */
    password?: string | (() => string);
  }): Configuration;
  /**
   * Connects through a SOCKS 5 proxy.
   *
   * The sub-pipeline, usually a connect, is the connection to the proxy. At the first event of the
   * stream the proxy is asked to connect to the target; the name of a host is resolved by the proxy.
   * The stream waits until the proxy says that it is connected, and then goes through the
   * sub-pipeline as it is, in both directions.
   *
   * The stream ends with Unauthorized when the proxy does not let us in, with ConnectionRefused or
   * ConnectionTimeout when it cannot connect, with ReadError when it does not speak SOCKS 5, and
   * with the error of the sub-pipeline when that ends before.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param target Where to connect to: 'host:port' or '[ipv6]:port'.
   */
  connectSOCKS(target: string | object | (() => string | object), options?: {
    /** The user name, if the proxy asks for one; 1 to 255 bytes. */
    username?: string | (() => string);
    /** The password that belongs to it; 1 to 255 bytes. */
    password?: string | (() => string);
  }): Configuration;
  /**
   * Makes a TLS connection.
   *
   * The sub-pipeline, usually a connect, gets what comes in, encrypted, and its output, decrypted,
   * is the output. It shares the variables of the stream. The handshake begins at the first event
   * that is not a StreamEnd, and a flush comes out when it succeeded.
   *
   * The certificate of the server is verified: it has to lead to one that is trusted, and to be
   * valid for the name of the option sni, or else for the host name that a connect in the
   * sub-pipeline has as its fixed target. Without a name, only the former is verified, and only when
   * there is the option trusted, which the log says once; else nothing can be, and the handshake
   * fails. When it fails, a StreamEnd with the error Unauthorized comes out, and the log gets a
   * line.
   *
   * StreamEnd sends close_notify and leaves the other direction open; one with an error does not. In
   * the same way close_notify of the server is an orderly StreamEnd, and a connection that ends
   * without it a ReadError. Sessions are resumed.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  connectTLS(target: string, options?: {
    /**
     * The certificate and its private key, which are shown to servers that want one, or a function
     * that returns them, or a promise of them. With a function, sessions are not resumed.
     */
    certificate?: { cert: crypto.Certificate | crypto.CertificateChain, key: crypto.PrivateKey } | (() => any);
    /**
     * The certificates that the peer's certificate must lead to; a CertificateChain stands for all
     * that are in it.
     */
    trusted?: (crypto.Certificate | crypto.CertificateChain)[];
    /**
     * Called for each certificate of the peer's chain, from the root to the peer's own, with the
     * verdict and the Certificate; what it returns is the verdict that counts. It is called when peers
     * are verified at all.
     */
    verify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Another name of verify. */
    onVerify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Called with a TLSSession when the handshake succeeded. */
    handshake?: (session: TLSSession) => void;
    /** Called with the TLSSession at each change of its state: handshake, connected, closed. */
    onState?: (session: TLSSession) => void;
    /** The oldest version of the protocol. Default: "TLS1.2". */
    minVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /** The newest version of the protocol. Default: "TLS1.3". */
    maxVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /**
     * The cipher suites of TLS 1.2 and older by their names in OpenSSL, such as
     * 'ECDHE-RSA-AES128-GCM-SHA256', separated by colons; ALL, DEFAULT and HIGH stand for all secure
     * ones, !NAME removes those with that word in their name. Those of TLS 1.3 cannot be chosen, and
     * names that are not known are passed over. By default a server offers those with forward secrecy
     * and authenticated encryption (RFC 9325, 4.2).
     */
    ciphers?: string;
    /**
     * Seconds that the handshake may take, connecting included, before the stream ends with
     * ConnectionTimeout; 0 means for ever. Default: 10.
     */
    handshakeTimeout?: number | string;
    /** The protocol, or the protocols, to offer, best first. */
    alpn?: string | string[];
    /**
     * The name of the server: it is sent by SNI, and the server's certificate has to be valid for it.
     * An IP address is only verified.
     */
    sni?: string | (() => string);
    /**
     * Verifies the server's certificate. Without that, whoever is in between can read and change
     * everything; the log names each such filter once. Default: true.
     */
    verifyServer?: boolean;
  }): Configuration;
  /**
   * Makes a TLS connection.
   *
   * The sub-pipeline, usually a connect, gets what comes in, encrypted, and its output, decrypted,
   * is the output. It shares the variables of the stream. The handshake begins at the first event
   * that is not a StreamEnd, and a flush comes out when it succeeded.
   *
   * The certificate of the server is verified: it has to lead to one that is trusted, and to be
   * valid for the name of the option sni, or else for the host name that a connect in the
   * sub-pipeline has as its fixed target. Without a name, only the former is verified, and only when
   * there is the option trusted, which the log says once; else nothing can be, and the handshake
   * fails. When it fails, a StreamEnd with the error Unauthorized comes out, and the log gets a
   * line.
   *
   * StreamEnd sends close_notify and leaves the other direction open; one with an error does not. In
   * the same way close_notify of the server is an orderly StreamEnd, and a connection that ends
   * without it a ReadError. Sessions are resumed.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  connectTLS(options?: {
    /**
     * The certificate and its private key, which are shown to servers that want one, or a function
     * that returns them, or a promise of them. With a function, sessions are not resumed.
     */
    certificate?: { cert: crypto.Certificate | crypto.CertificateChain, key: crypto.PrivateKey } | (() => any);
    /**
     * The certificates that the peer's certificate must lead to; a CertificateChain stands for all
     * that are in it.
     */
    trusted?: (crypto.Certificate | crypto.CertificateChain)[];
    /**
     * Called for each certificate of the peer's chain, from the root to the peer's own, with the
     * verdict and the Certificate; what it returns is the verdict that counts. It is called when peers
     * are verified at all.
     */
    verify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Another name of verify. */
    onVerify?: (ok: boolean, cert: crypto.Certificate) => boolean;
    /** Called with a TLSSession when the handshake succeeded. */
    handshake?: (session: TLSSession) => void;
    /** Called with the TLSSession at each change of its state: handshake, connected, closed. */
    onState?: (session: TLSSession) => void;
    /** The oldest version of the protocol. Default: "TLS1.2". */
    minVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /** The newest version of the protocol. Default: "TLS1.3". */
    maxVersion?: "TLS1" | "TLS1.1" | "TLS1.2" | "TLS1.3";
    /**
     * The cipher suites of TLS 1.2 and older by their names in OpenSSL, such as
     * 'ECDHE-RSA-AES128-GCM-SHA256', separated by colons; ALL, DEFAULT and HIGH stand for all secure
     * ones, !NAME removes those with that word in their name. Those of TLS 1.3 cannot be chosen, and
     * names that are not known are passed over. By default a server offers those with forward secrecy
     * and authenticated encryption (RFC 9325, 4.2).
     */
    ciphers?: string;
    /**
     * Seconds that the handshake may take, connecting included, before the stream ends with
     * ConnectionTimeout; 0 means for ever. Default: 10.
     */
    handshakeTimeout?: number | string;
    /** The protocol, or the protocols, to offer, best first. */
    alpn?: string | string[];
    /**
     * The name of the server: it is sent by SNI, and the server's certificate has to be valid for it.
     * An IP address is only verified.
     */
    sni?: string | (() => string);
    /**
     * Verifies the server's certificate. Without that, whoever is in between can read and change
     * everything; the log names each such filter once. Default: true.
     */
    verifyServer?: boolean;
  }): Configuration;
  /**
   * Decodes messages of BGP-4 (RFC 4271).
   *
   * The payload of MessageEnd is { type, body }. The type is OPEN, with the body { version, myAS,
   * holdTime, identifier, parameters: [{ name, code, value }] }, where the value of Capabilities is
   * [{ code, value }]; UPDATE, with { withdrawnRoutes, pathAttributes: [{ name, code, value,
   * optional, transitive, partial }], destinations }, where routes are IPMask; NOTIFICATION, with {
   * errorCode, errorSubcode, data }; KEEPALIVE; or ROUTE_REFRESH, with { afi, safi }. Values of
   * attributes are numbers and addresses; an AS_PATH is an array of segments, of which a sequence is
   * an array of numbers and a set an object whose members they are; AGGREGATOR is an array of number
   * and address; what is not known is a Data.
   *
   * The body of a message is the bytes that it was read from.
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeBGP(options?: {
    /**
     * Whether AS numbers have four bytes (RFC 6793). A function is called for each message. Default:
     * false.
     */
    enableAS4?: boolean | (() => boolean);
  }): Configuration;
  /**
   * Decodes frames of the Dubbo protocol.
   *
   * The head of a message has requestID, a number (a BigInt beyond 2^53), and id, the same in a
   * string; isRequest, isTwoWay and isEvent; serializationType, 2 for Hessian 2; and status, 20 for
   * OK. The body stays as it is: see the class Hessian.
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeDubbo(options?: {
    /** Bytes that a body may have. 0 means any. Default: 0. */
    maxBodySize?: number | string;
  }): Configuration;
  /**
   * Decodes HTTP/1 requests.
   *
   * Output is a message for each request. After a request for a tunnel (CONNECT, or an upgrade)
   * everything else is passed on as raw Data. Input that is no HTTP ends the stream with the error
   * ProtocolError.
   *
   * @param handler A function that is called with the head of each request. Or the options.
   */
  decodeHTTPRequest(handler?: any, options?: {
    /** Bytes that a head may have. Default: "64k". */
    maxHeaderSize?: number | string;
  }): Configuration;
  /**
   * Decodes HTTP/1 responses.
   *
   * Output is a message for each response, also for interim ones (1xx). After a 101, and after the
   * answer to a CONNECT, everything is passed on as raw Data. An input that ends with an error where
   * a response could begin gives a response with status 502 or 504 (401 when TLS verification
   * failed) and then the StreamEnd. Input that is no HTTP ends the stream with the error
   * ProtocolError.
   *
   * When the input comes in messages, as the output of muxFastCGI does, the end of one is the end of
   * a body whose length is not known otherwise.
   *
   * @param request A function that gets the head of a response and returns the head of the request that it answers, which decides whether there is a body. Or the options.
   */
  decodeHTTPResponse(request?: any, options?: {
    /** Bytes that a head may have. Default: "64k". */
    maxHeaderSize?: number | string;
    /**
     * The response has no body, whatever its head says, because it answers a HEAD. A function is
     * called for each response. Default: false.
     */
    bodiless?: boolean | (() => boolean);
  }): Configuration;
  /**
   * Decodes MQTT packets (MQTT 3.1.1 and 5.0).
   *
   * The head of a message has type, which is CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL,
   * PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT or AUTH, and
   * protocolLevel, which is 4 for MQTT 3.1.1 and 5 for MQTT 5.0. Depending on the type it has dup,
   * qos, retain, packetIdentifier, topicName, keepAlive, sessionPresent, reasonCode and, at level 5,
   * properties: an object with the names of the standard in camel case; other names are user
   * properties. The body of a message is the payload of a PUBLISH.
   *
   * The payload of MessageEnd is for CONNECT { clientID, cleanStart, username, password, will: {
   * qos, retain, topic, payload, properties } } where password and payload are Data, for SUBSCRIBE {
   * topicFilters: [{ filter, qos, noLocal, retainAsPublished, retainHandling }] }, for UNSUBSCRIBE
   * an array of filters, and for SUBACK and UNSUBACK an array of codes. The same members, and
   * reasonCodes for the codes, are in the head as well; where the two differ, the payload counts.
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeMQTT(options?: {
    /**
     * The level of packets if no CONNECT came that tells it, 4 or 5. A function is called at the first
     * byte. Default: 4.
     */
    protocolLevel?: number | (() => number);
    /**
     * Bytes that a packet may have, its fixed header included. 0 means what the protocol allows, 256m.
     * Default: 0.
     */
    maxPacketSize?: number | string;
  }): Configuration;
  /**
   * Takes multipart bodies apart (RFC 2046).
   *
   * Of a message whose content-type is a multipart type, each part becomes a message with the head {
   * headers }: names in lower case, those that are repeated with an array. A part that is multipart
   * itself is taken apart in its place. The head of the message does not come out. Other messages
   * pass.
   *
   * A body that ends without its last delimiter, or a header that is not valid, ends the stream with
   * ProtocolError.
   */
  decodeMultipart(): Configuration;
  /**
   * Decodes messages of netlink, as connect receives them with that protocol.
   *
   * The head of a message has type, flags, seq and pid, all numbers: type and flags up to 65535, seq
   * and pid, which is 0 for the kernel, up to 4294967295. The body is what follows the header of 16
   * bytes. What the types mean, and what is in the body, depends on the family of the socket: see
   * netlink(7) and rtnetlink(7).
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeNetlink(): Configuration;
  /**
   * Decodes values of the Redis protocol (RESP2).
   *
   * Each value becomes a message: its body is the bytes that it was read from, and the payload of
   * its MessageEnd is the value. In values, simple strings are strings, errors are Error objects,
   * integers are numbers (BigInt beyond 2^53), bulk strings are Data, and arrays are arrays; null
   * stands for the bulk string and the array that do not exist.
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeRESP(): Configuration;
  /**
   * Decodes messages of Apache Thrift.
   *
   * The payload of MessageEnd is { protocol, type, seqID, name, fields, framed }: protocol is
   * binary, compact or old, type is call, reply, exception or oneway, framed tells whether the
   * length comes first, and fields is an array of { id, type, value }. The types of values are BOOL,
   * I8, I16, I32, I64 (a BigInt beyond 2^53), DOUBLE, BINARY (a Data), UUID (a string), STRUCT (an
   * array of fields), LIST and SET ({ elementType, elements }) and MAP ({ keyType, valueType, pairs
   * }).
   *
   * The body of a message is the bytes that it was read from.
   *
   * What is not valid, or ends in the middle, ends the stream with ProtocolError. MessageStart and
   * MessageEnd of the input are dropped.
   */
  decodeThrift(options?: {
    /** Bytes that a message may have. Default: "16m". */
    maxMessageSize?: number | string;
  }): Configuration;
  /**
   * Decodes WebSocket frames (RFC 6455).
   *
   * Each message has the head { opcode, masked }, where opcode is text (1), binary (2), close (8),
   * ping (9) or pong (10). A message of one frame passes as it comes; one of several frames when it
   * is complete, because a ping or a close, which are messages of their own, may come between its
   * frames. Ping and close are not answered. What comes after a close is ignored.
   *
   * A violation of the protocol ends the stream with ProtocolError.
   */
  decodeWebSocket(options?: {
    /**
     * Who reads: a server takes masked frames only, and a client only those that are not masked. If
     * not given, both are taken.
     */
    role?: "" | "server" | "client";
    /** Bytes that a message may have. 0 means any. Default: "16m". */
    maxMessageSize?: number | string;
    /** Whether text has to be valid UTF-8. Default: true. */
    utf8?: boolean;
  }): Configuration;
  /**
   * Decompresses a stream of bytes.
   *
   * The algorithm is gzip, deflate or inflate (the zlib format, raw deflate or gzip: what it is is
   * found out), br or brotli, or zstd. Messages are not looked at: only their Data pass.
   *
   * What is not valid, or not complete, ends the stream with ProtocolError. When the other side is
   * slow, no more is decompressed than it takes.
   *
   * @param algorithm gzip, deflate, inflate, br, brotli or zstd. A function is called at the first byte.
   */
  decompress(algorithm: string | (() => string), options?: {
    /**
     * Bytes that one body, or the stream, may become. More ends the stream with BufferOverflow. 0
     * means any. Default: 0.
     */
    maxSize?: number | string;
    /**
     * How many times its compressed size one body, or the stream, may become, as soon as it is more
     * than 1m. More ends the stream with BufferOverflow. 0 means any. Default: 200.
     */
    maxRatio?: number;
  }): Configuration;
  /**
   * Decompresses the bodies of HTTP messages.
   *
   * What content-encoding says is undone: gzip, deflate, br and zstd, also several of them in turn.
   * The header is removed with content-length and accept-ranges, and a strong etag becomes a weak
   * one. Other messages, partial content (206) and answers without content (204, 304) are left
   * alone.
   *
   * What is not valid, or not complete, ends the stream with ProtocolError. When the other side is
   * slow, no more is decompressed than it takes.
   *
   * @param enable A function that is called with each MessageStart; what is false leaves the message alone. Or the options.
   */
  decompressHTTP(enable?: (evt: MessageStart) => boolean, options?: {
    /**
     * Bytes that one body, or the stream, may become. More ends the stream with BufferOverflow. 0
     * means any. Default: 0.
     */
    maxSize?: number | string;
    /**
     * How many times its compressed size one body, or the stream, may become, as soon as it is more
     * than 1m. More ends the stream with BufferOverflow. 0 means any. Default: 200.
     */
    maxRatio?: number;
  }): Configuration;
  /**
   * Decompresses the bodies of messages by one algorithm.
   *
   * The algorithm is gzip, deflate or inflate (the zlib format, raw deflate or gzip: what it is is
   * found out), br or brotli, or zstd. A function that returns nothing leaves the message alone.
   * Heads stay as they are, but content-length does not count any more.
   *
   * What is not valid, or not complete, ends the stream with ProtocolError. When the other side is
   * slow, no more is decompressed than it takes.
   *
   * @param algorithm gzip, deflate, inflate, br, brotli or zstd. A function is called with each MessageStart.
   */
  decompressMessage(algorithm: string | (() => string), options?: {
    /**
     * Bytes that one body, or the stream, may become. More ends the stream with BufferOverflow. 0
     * means any. Default: 0.
     */
    maxSize?: number | string;
    /**
     * How many times its compressed size one body, or the stream, may become, as soon as it is more
     * than 1m. More ends the stream with BufferOverflow. 0 means any. Default: 200.
     */
    maxRatio?: number;
  }): Configuration;
  /**
   * Finds frames in a stream of bytes by a state machine.
   *
   * The first member of the states is the initial state. In each step a byte is read and the state's
   * function is called with it. It returns the name of the next state, or an array: events to put
   * out, the name of the next state, and optionally a number of bytes to read before that state is
   * entered. These bytes pass as Data, unless a Data or an array follows in which they are stored:
   * then the next state is called with that instead of a byte. A state that is not a function is
   * used as if it were returned.
   *
   * Bytes that states consume do not come out, nor do MessageStart and MessageEnd of the input.
   * StreamEnd passes.
   *
   * @param states The states by their names.
   */
  deframe(states: object): Configuration;
  /**
   * Runs one sub-pipeline for each message.
   *
   * The output comes in the order of the input: the oldest sub-pipeline's goes out as it comes, that
   * of later ones waits. What a sub-pipeline outputs beyond its messages is dropped. One that ends
   * inside its last message completes it; one that ends before, or with an error, ends the whole
   * stream with its StreamEnd. Events outside of messages are dropped. The StreamEnd of the input
   * goes out after the last message.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  demux(target: string, options?: {
    /**
     * Messages that a sub-pipeline outputs for its message; a function gets the MessageStart. 0
     * ignores the output, and the sub-pipeline lives until its StreamEnd. A negative number counts
     * like a positive one, and the next message waits until the output is complete. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Runs one sub-pipeline for each message.
   *
   * The output comes in the order of the input: the oldest sub-pipeline's goes out as it comes, that
   * of later ones waits. What a sub-pipeline outputs beyond its messages is dropped. One that ends
   * inside its last message completes it; one that ends before, or with an error, ends the whole
   * stream with its StreamEnd. Events outside of messages are dropped. The StreamEnd of the input
   * goes out after the last message.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  demux(options?: {
    /**
     * Messages that a sub-pipeline outputs for its message; a function gets the MessageStart. 0
     * ignores the output, and the sub-pipeline lives until its StreamEnd. A negative number counts
     * like a positive one, and the next message waits until the output is complete. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Serves the requests of a FastCGI connection.
   *
   * The head of a request is { role, keepAlive, params }: role is 1 for a responder, params is an
   * object of strings. Its body is the standard input. The body of a response is the standard
   * output, which for a responder begins with header lines; the tail of its MessageEnd is {
   * appStatus, protocolStatus, stderr }, where stderr is a Data.
   *
   * Each request runs in a sub-pipeline of its own, with a clone of the variables; requests may be
   * under way at the same time. A request that is aborted ends its sub-pipeline. When a request does
   * not ask to keep the connection, the stream ends after it. What is not valid ends the stream with
   * ProtocolError.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  demuxFastCGI(target: string): Configuration;
  /**
   * Serves the requests of a FastCGI connection.
   *
   * The head of a request is { role, keepAlive, params }: role is 1 for a responder, params is an
   * object of strings. Its body is the standard input. The body of a response is the standard
   * output, which for a responder begins with header lines; the tail of its MessageEnd is {
   * appStatus, protocolStatus, stderr }, where stderr is a Data.
   *
   * Each request runs in a sub-pipeline of its own, with a clone of the variables; requests may be
   * under way at the same time. A request that is aborted ends its sub-pipeline. When a request does
   * not ask to keep the connection, the stream ends after it. What is not valid ends the stream with
   * ProtocolError.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  demuxFastCGI(): Configuration;
  /**
   * Serves HTTP: one sub-pipeline for each request.
   *
   * Requests are decoded from the bytes of a connection. Each runs in a sub-pipeline of its own,
   * with a clone of the variables; what the sub-pipeline outputs is the response. Requests that a
   * client sends without waiting are worked on at the same time and answered in their order.
   *
   * A sub-pipeline that ends without a response is answered with 502, or with 500 if a callback
   * failed, or with the status that fits the error of its StreamEnd. A response that breaks off
   * closes the connection. A request for a tunnel (CONNECT, or an upgrade) turns the connection into
   * raw Data in both directions when the response accepts it. The field "expect: 100-continue" is
   * answered and removed.
   *
   * HTTP/2 is spoken with clients that begin with its preface, as those do that learned of it by
   * ALPN, or that ask for an upgrade to h2c. Then responses are sent as they are ready, a
   * sub-pipeline gets a StreamEnd behind the end of its request, and a response that breaks off ends
   * its stream only, as a tunnel does.
   *
   * When the program is replaced, the connection is closed after the response to the newest request.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  demuxHTTP(target: string, options?: {
    /**
     * Bytes of a response body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a request may have. A longer one is answered with 431. Default: "64k". */
    maxHeaderSize?: number | string;
    /** Requests after which the connection is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * How long the head of a request may take from its first byte, and the first one from the
     * beginning of the stream. Later it is answered with 408. 0 waits forever. Default: 30.
     */
    headTimeout?: number | string;
    /** HTTP/2: requests that a client may have open at a time. More are refused. Default: 256. */
    maxStreams?: number;
    /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
    connectionWindowSize?: number | string;
    /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
    streamWindowSize?: number | string;
  }): Configuration;
  /**
   * Serves HTTP: one sub-pipeline for each request.
   *
   * Requests are decoded from the bytes of a connection. Each runs in a sub-pipeline of its own,
   * with a clone of the variables; what the sub-pipeline outputs is the response. Requests that a
   * client sends without waiting are worked on at the same time and answered in their order.
   *
   * A sub-pipeline that ends without a response is answered with 502, or with 500 if a callback
   * failed, or with the status that fits the error of its StreamEnd. A response that breaks off
   * closes the connection. A request for a tunnel (CONNECT, or an upgrade) turns the connection into
   * raw Data in both directions when the response accepts it. The field "expect: 100-continue" is
   * answered and removed.
   *
   * HTTP/2 is spoken with clients that begin with its preface, as those do that learned of it by
   * ALPN, or that ask for an upgrade to h2c. Then responses are sent as they are ready, a
   * sub-pipeline gets a StreamEnd behind the end of its request, and a response that breaks off ends
   * its stream only, as a tunnel does.
   *
   * When the program is replaced, the connection is closed after the response to the newest request.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  demuxHTTP(options?: {
    /**
     * Bytes of a response body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a request may have. A longer one is answered with 431. Default: "64k". */
    maxHeaderSize?: number | string;
    /** Requests after which the connection is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * How long the head of a request may take from its first byte, and the first one from the
     * beginning of the stream. Later it is answered with 408. 0 waits forever. Default: 30.
     */
    headTimeout?: number | string;
    /** HTTP/2: requests that a client may have open at a time. More are refused. Default: 256. */
    maxStreams?: number;
    /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
    connectionWindowSize?: number | string;
    /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
    streamWindowSize?: number | string;
  }): Configuration;
  /**
   * Runs one sub-pipeline for each message, like demux.
   *
   * The output comes in the order of the input: the oldest sub-pipeline's goes out as it comes, that
   * of later ones waits. What a sub-pipeline outputs beyond its messages is dropped. One that ends
   * inside its last message completes it; one that ends before, or with an error, ends the whole
   * stream with its StreamEnd. Events outside of messages are dropped. The StreamEnd of the input
   * goes out after the last message.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  demuxQueue(target: string, options?: {
    /**
     * Messages that a sub-pipeline outputs for its message; a function gets the MessageStart. 0
     * ignores the output, and the sub-pipeline lives until its StreamEnd. A negative number counts
     * like a positive one, and the next message waits until the output is complete. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Runs one sub-pipeline for each message, like demux.
   *
   * The output comes in the order of the input: the oldest sub-pipeline's goes out as it comes, that
   * of later ones waits. What a sub-pipeline outputs beyond its messages is dropped. One that ends
   * inside its last message completes it; one that ends before, or with an error, ends the whole
   * stream with its StreamEnd. Events outside of messages are dropped. The StreamEnd of the input
   * goes out after the last message.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  demuxQueue(options?: {
    /**
     * Messages that a sub-pipeline outputs for its message; a function gets the MessageStart. 0
     * ignores the output, and the sub-pipeline lives until its StreamEnd. A negative number counts
     * like a positive one, and the next message waits until the output is complete. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Keeps large bodies in a file.
   *
   * The body of a message passes up to the threshold. When more comes, all of it goes to the file,
   * and what did not pass comes out of the file when the message has ended. Then the file is
   * deleted. Events that come meanwhile wait.
   *
   * @param filename The file's name; a function is called for each message that needs a file.
   */
  depositMessage(filename: string | (() => string), options?: {
    /** Bytes of a body that pass without a file. Default: 0. */
    threshold?: number | string;
    /** Whether to keep the file. Default: false. */
    keep?: boolean;
  }): Configuration;
  /**
   * Tells the protocol of a stream by its first bytes.
   *
   * The callback gets 'HTTP' (HTTP/1), 'HTTP2', 'TLS', or '' when it is none of them, once. Data
   * passes without delay, whether or not the protocol is known. Events that the callback returns are
   * put out.
   *
   * @param callback Called with the name of the protocol.
   */
  detectProtocol(callback: (...args: any[]) => any, options?: {
    /**
     * Seconds after the first event at which the protocol counts as unknown; 0 means never. Default:
     * 1.
     */
    timeout?: number | string;
  }): Configuration;
  /**
   * Swallows everything.
   *
   * Only StreamEnd passes, so that the end of the stream is known further on.
   */
  dummy(): Configuration;
  /**
   * Logs every event.
   *
   * A line names the event, with the number of the context and the tag; the bytes of Data follow in
   * hexadecimal. Every event passes unchanged.
   *
   * @param tag A mark for the lines; a function is called for each event.
   */
  dump(tag?: string | (() => string)): Configuration;
  /**
   * Encodes messages of BGP-4 (RFC 4271).
   *
   * The payload of MessageEnd is { type, body }. The type is OPEN, with the body { version, myAS,
   * holdTime, identifier, parameters: [{ name, code, value }] }, where the value of Capabilities is
   * [{ code, value }]; UPDATE, with { withdrawnRoutes, pathAttributes: [{ name, code, value,
   * optional, transitive, partial }], destinations }, where routes are IPMask; NOTIFICATION, with {
   * errorCode, errorSubcode, data }; KEEPALIVE; or ROUTE_REFRESH, with { afi, safi }. Values of
   * attributes are numbers and addresses; an AS_PATH is an array of segments, of which a sequence is
   * an array of numbers and a set an object whose members they are; AGGREGATOR is an array of number
   * and address; what is not known is a Data.
   *
   * Routes may also be strings in CIDR notation. Bodies do not count.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   */
  encodeBGP(options?: {
    /**
     * Whether AS numbers have four bytes (RFC 6793). A function is called for each message. Default:
     * false.
     */
    enableAS4?: boolean | (() => boolean);
  }): Configuration;
  /**
   * Encodes frames of the Dubbo protocol.
   *
   * The head of a message has requestID, a number (a BigInt beyond 2^53), and id, the same in a
   * string; isRequest, isTwoWay and isEvent; serializationType, 2 for Hessian 2; and status, 20 for
   * OK. The body stays as it is: see the class Hessian.
   *
   * What is missing in the head is a number that counts up from 0 for the ID, true for isRequest and
   * isTwoWay, false for isEvent, 2 for serializationType and 0 for status. Where both IDs are there,
   * requestID counts.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   *
   * @param head The head to use instead of those of the messages, or a function that returns it, called for each message.
   */
  encodeDubbo(head?: object | (() => object)): Configuration;
  /**
   * Encodes HTTP/1 requests.
   *
   * Each message becomes the bytes of a request, between its MessageStart and its MessageEnd. After
   * a request for a tunnel (CONNECT, or an upgrade) Data pass as they are.
   *
   * @param handler A function that is called with the head of each request. Or the options.
   */
  encodeHTTPRequest(handler?: any, options?: {
    /**
     * Bytes of a body to collect in order to send it with a content-length. A longer body is sent in
     * chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
  }): Configuration;
  /**
   * Encodes HTTP/1 responses.
   *
   * Each message becomes the bytes of a response, between its MessageStart and its MessageEnd. After
   * a final response comes a StreamEnd instead of the MessageEnd. After a 101, and after the answer
   * to a CONNECT, Data pass as they are.
   *
   * @param request A function that gets the head of a response and returns the head of the request that it answers, which decides whether there is a body. Or the options.
   */
  encodeHTTPResponse(request?: any, options?: {
    /**
     * Bytes of a body to collect in order to send it with a content-length. A longer body is sent in
     * chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /**
     * The connection ends after the response, whose StreamEnd follows. A function is called for each
     * response. Default: false.
     */
    final?: boolean | (() => boolean);
    /**
     * The response has no body, whatever its head says, because it answers a HEAD. A function is
     * called for each response. Default: false.
     */
    bodiless?: boolean | (() => boolean);
  }): Configuration;
  /**
   * Encodes MQTT packets (MQTT 3.1.1 and 5.0).
   *
   * The head of a message has type, which is CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL,
   * PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT or AUTH, and
   * protocolLevel, which is 4 for MQTT 3.1.1 and 5 for MQTT 5.0. Depending on the type it has dup,
   * qos, retain, packetIdentifier, topicName, keepAlive, sessionPresent, reasonCode and, at level 5,
   * properties: an object with the names of the standard in camel case; other names are user
   * properties. The body of a message is the payload of a PUBLISH.
   *
   * The payload of MessageEnd is for CONNECT { clientID, cleanStart, username, password, will: {
   * qos, retain, topic, payload, properties } } where password and payload are Data, for SUBSCRIBE {
   * topicFilters: [{ filter, qos, noLocal, retainAsPublished, retainHandling }] }, for UNSUBSCRIBE
   * an array of filters, and for SUBACK and UNSUBACK an array of codes. The same members, and
   * reasonCodes for the codes, are in the head as well; where the two differ, the payload counts.
   *
   * Without a protocolLevel a packet has that of the last CONNECT, else that of the CONNECT that a
   * decodeMQTT before this filter in the same pipeline has seen, else 5 if it has properties, else
   * 4. Booleans are false, and numbers are 0, if they are missing.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   */
  encodeMQTT(): Configuration;
  /**
   * Encodes messages of netlink, for connect with that protocol.
   *
   * The head of a message has type, flags, seq and pid, all numbers: type and flags up to 65535, seq
   * and pid, which is 0 for the kernel, up to 4294967295. The body is what follows the header of 16
   * bytes. What the types mean, and what is in the body, depends on the family of the socket: see
   * netlink(7) and rtnetlink(7).
   *
   * What is missing in the head is 0.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   */
  encodeNetlink(): Configuration;
  /**
   * Encodes values of the Redis protocol (RESP2).
   *
   * The payload of each message is the value. In values, simple strings are strings, errors are
   * Error objects, integers are numbers (BigInt beyond 2^53), bulk strings are Data, and arrays are
   * arrays; null stands for the bulk string and the array that do not exist. A number is cut off to
   * an integer; what has no form of its own becomes a simple string. Bodies do not count.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   */
  encodeRESP(): Configuration;
  /**
   * Encodes messages of Apache Thrift.
   *
   * The payload of MessageEnd is { protocol, type, seqID, name, fields, framed }: protocol is
   * binary, compact or old, type is call, reply, exception or oneway, framed tells whether the
   * length comes first, and fields is an array of { id, type, value }. The types of values are BOOL,
   * I8, I16, I32, I64 (a BigInt beyond 2^53), DOUBLE, BINARY (a Data), UUID (a string), STRUCT (an
   * array of fields), LIST and SET ({ elementType, elements }) and MAP ({ keyType, valueType, pairs
   * }).
   *
   * What is missing is binary for the protocol, call for the type and 0 for seqID. Bodies do not
   * count.
   *
   * The bytes of a message come between its MessageStart and its MessageEnd.
   */
  encodeThrift(): Configuration;
  /**
   * Encodes messages as WebSocket frames (RFC 6455).
   *
   * The head of a message is { opcode, masked }: opcode is text (1), binary (2), close (8), ping (9)
   * or pong (10), 1 if it is missing; masked tells whether to mask the payload, as clients have to.
   * A body of more than 16k is sent in several frames. The frames come between the MessageStart and
   * the MessageEnd.
   *
   * When the program is about to end, a close with the code 1001 is sent after the message at hand,
   * and the stream ends.
   */
  encodeWebSocket(options?: {
    /** Who writes: a client masks all frames, a server none. If not given, heads decide. */
    role?: "" | "server" | "client";
    /** Bytes that a message may have. 0 means any. Default: "16m". */
    maxMessageSize?: number | string;
    /** Whether text has to be valid UTF-8. Default: true. */
    utf8?: boolean;
  }): Configuration;
  /**
   * Runs a program.
   *
   * It is started at the first event. Data goes to its standard input, which ends with the stream;
   * its standard output comes out as Data. When it has exited and its output has ended, StreamEnd
   * comes out. When the pipeline is gone before, the program gets SIGTERM. Its error output goes to
   * that of this process, unless options say otherwise.
   *
   * A command that is a string is split at blanks; quotes keep blanks together. No shell is
   * involved.
   *
   * @param command The program and its arguments.
   */
  exec(command: string | string[] | (() => string | string[]), options?: {
    /** An object that replaces the environment, or a function that returns one. */
    env?: any;
    /** Whether the error output comes out as Data too. Default: false. */
    stderr?: boolean;
    /** Called with the process id when the program runs. */
    onStart?: (...args: any[]) => any;
    /**
     * Called with the exit code and up to 1 MB of the error output as a Data; events that it returns
     * come out before StreamEnd.
     */
    onExit?: (...args: any[]) => any;
  }): Configuration;
  /**
   * Sends one HTTP request into a sub-pipeline and outputs the response.
   *
   * The first message of the stream is the request; later ones are dropped. The sub-pipeline,
   * usually a connect, shares the variables of the stream and gets a StreamEnd when the response is
   * complete. A request that cannot be answered gets a response with status 502 or 504 (401 when TLS
   * verification failed), and a response that breaks off ends the stream with an error.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  fetchHTTP(target: string, options?: {
    /**
     * Bytes of a request body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a response may have. A longer one is a 502. Default: "64k". */
    maxHeaderSize?: number | string;
  }): Configuration;
  /**
   * Sends one HTTP request into a sub-pipeline and outputs the response.
   *
   * The first message of the stream is the request; later ones are dropped. The sub-pipeline,
   * usually a connect, shares the variables of the stream and gets a StreamEnd when the response is
   * complete. A request that cannot be answered gets a response with status 502 or 504 (401 when TLS
   * verification failed), and a response that breaks off ends the stream with an error.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  fetchHTTP(options?: {
    /**
     * Bytes of a request body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a response may have. A longer one is a 502. Default: "64k". */
    maxHeaderSize?: number | string;
  }): Configuration;
  /**
   * Copies the stream into other pipelines.
   *
   * Every event goes into the sub-pipelines first and then on. What the sub-pipelines put out is
   * dropped.
   *
   * Without an argument there is one sub-pipeline, which shares the variables. For an array there is
   * one sub-pipeline for each element, with a copy of the variables; the element and its index are
   * the arguments of its onStart, and the members of an element that is an object are assigned to
   * the variables of their names. An object stands for an array of that object, unless the
   * sub-pipeline has an onStart: that gets it, as it gets any other value, and shares the variables.
   * A function is called at the first event and returns any of these.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param values A value or an array of values, or a function that returns it.
   */
  fork(target: string, values?: any): Configuration;
  /**
   * Copies the stream into other pipelines.
   *
   * Every event goes into the sub-pipelines first and then on. What the sub-pipelines put out is
   * dropped.
   *
   * Without an argument there is one sub-pipeline, which shares the variables. For an array there is
   * one sub-pipeline for each element, with a copy of the variables; the element and its index are
   * the arguments of its onStart, and the members of an element that is an object are assigned to
   * the variables of their names. An object stands for an array of that object, unless the
   * sub-pipeline has an onStart: that gets it, as it gets any other value, and shares the variables.
   * A function is called at the first event and returns any of these.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param values A value or an array of values, or a function that returns it.
   */
  fork(values?: any): Configuration;
  /**
   * Copies the stream into other pipelines and waits for them.
   *
   * The stream itself is kept until all sub-pipelines have put out StreamEnd; then it passes. Their
   * other output is dropped.
   *
   * For an array there is one sub-pipeline for each element, else there is one; each has a copy of
   * the variables, and the element and its index are the arguments of its onStart. A function is
   * called at the first event.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param values A value or an array of values, or a function that returns it.
   */
  forkJoin(target: string, values?: any): Configuration;
  /**
   * Copies the stream into other pipelines and waits for them.
   *
   * The stream itself is kept until all sub-pipelines have put out StreamEnd; then it passes. Their
   * other output is dropped.
   *
   * For an array there is one sub-pipeline for each element, else there is one; each has a copy of
   * the variables, and the element and its index are the arguments of its onStart. A function is
   * called at the first event.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param values A value or an array of values, or a function that returns it.
   */
  forkJoin(values?: any): Configuration;
  /**
   * Copies the stream into other pipelines and takes the first that answers.
   *
   * The sub-pipeline that puts out an event first wins: its output comes out, the others are closed.
   * The stream itself is dropped.
   *
   * For an array there is one sub-pipeline for each element, else there is one; each has a copy of
   * the variables, and the element and its index are the arguments of its onStart. A function is
   * called at the first event.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param values A value or an array of values, or a function that returns it.
   */
  forkRace(target: string, values?: any): Configuration;
  /**
   * Copies the stream into other pipelines and takes the first that answers.
   *
   * The sub-pipeline that puts out an event first wins: its output comes out, the others are closed.
   * The stream itself is dropped.
   *
   * For an array there is one sub-pipeline for each element, else there is one; each has a copy of
   * the variables, and the element and its index are the arguments of its onStart. A function is
   * called at the first event.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param values A value or an array of values, or a function that returns it.
   */
  forkRace(values?: any): Configuration;
  /**
   * Calls back for every event.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handle(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for each Data that is not empty.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handleData(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for each message.
   *
   * Events pass unchanged while the message is collected. The callback runs when the message has
   * ended, or the stream within the message, before that event is passed on. When it returns a
   * promise, that event and those after it wait until it is fulfilled.
   *
   * @param sizeLimit Bytes of a body that the callback gets to see; what is beyond is cut off. -1 means all. Default: -1.
   * @param callback Called with the message and the number of calls before.
   */
  handleMessage(sizeLimit: number | string, callback: (...args: any[]) => any, options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Calls back for each message.
   *
   * Events pass unchanged while the message is collected. The callback runs when the message has
   * ended, or the stream within the message, before that event is passed on. When it returns a
   * promise, that event and those after it wait until it is fulfilled.
   *
   * @param callback Called with the message and the number of calls before.
   */
  handleMessage(callback: (...args: any[]) => any, options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Calls back for the body of each message.
   *
   * Events pass unchanged while the body is collected. The callback runs when the message has ended,
   * or the stream within the message, before that event is passed on. When it returns a promise,
   * that event and those after it wait until it is fulfilled.
   *
   * @param sizeLimit Bytes of a body that the callback gets to see; what is beyond is cut off. -1 means all. Default: -1.
   * @param callback Called with the body and the number of calls before.
   */
  handleMessageBody(sizeLimit: number | string, callback: (...args: any[]) => any, options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Calls back for the body of each message.
   *
   * Events pass unchanged while the body is collected. The callback runs when the message has ended,
   * or the stream within the message, before that event is passed on. When it returns a promise,
   * that event and those after it wait until it is fulfilled.
   *
   * @param callback Called with the body and the number of calls before.
   */
  handleMessageBody(callback: (...args: any[]) => any, options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Calls back for each MessageEnd.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handleMessageEnd(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for each MessageStart.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handleMessageStart(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for StreamEnd.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handleStreamEnd(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for the first event of a stream.
   *
   * Every event passes unchanged. What the callback returns is ignored, except a promise: then this
   * event and those after it wait until it is fulfilled; a rejection ends the stream with
   * RuntimeError.
   *
   * @param callback Called with the event and the number of calls before.
   */
  handleStreamStart(callback: (...args: any[]) => any): Configuration;
  /**
   * Calls back for the ClientHello of a TLS stream.
   *
   * The callback gets a ClientHello with serverNames and protocolNames, arrays of what the client
   * sent by SNI and ALPN; a member is undefined when the client did not send it. For a stream that
   * is not TLS there is no call. Data passes unchanged and without delay.
   *
   * @param callback Called with a ClientHello.
   */
  handleTLSClientHello(callback: (...args: any[]) => any): Configuration;
  /**
   * Puts events in front of a stream.
   *
   * They come out at the first event, which follows them. A function is called with that event. When
   * it is a promise that is inserted, the stream does not wait for it.
   *
   * @param events An event, a Message, an array of these, or a function or promise that yields one.
   */
  insert(events: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Continues in another pipeline.
   *
   * The targets are tried in order; the first one whose condition holds gets the stream, for good. A
   * target without a condition always matches; the name '' stands for passing events through. As
   * long as no condition holds, events are kept and the conditions are asked again at each further
   * event.
   *
   * A function without parameters, as the only argument, tells the target: the name of a pipeline of
   * the module, a pipeline, or a Swap or pipeline.Hub, in which the stream meets others as it does
   * by the filter swap. As long as it returns nothing, events are kept and it is asked again.
   *
   * @param targets A pipeline name, its condition, the next name, its condition, and so on; or a function that tells the target.
   */
  link(...targets: (string | (() => boolean | string | PipelineTemplate | Swap | pipeline.Hub | null | undefined))[]): Configuration;
  /**
   * Feeds the output of a pipeline back to it.
   *
   * What the sub-pipeline puts out comes out here and is also its next input, in the order in which
   * it was put out. A StreamEnd from it ends the loop.
   *
   * @param pipeline The pipeline.
   */
  loop(pipeline: string | (($: Configuration) => void)): Configuration;
  /**
   * Copies messages into a sub-pipeline that many streams share.
   *
   * All events pass through. Each complete message is also sent to a session of the sub-pipeline;
   * streams with the same key share one. What a session outputs is dropped. A session runs with a
   * clone of the variables of the stream that started it.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  merge(target: string, key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
  }): Configuration;
  /**
   * Copies messages into a sub-pipeline that many streams share.
   *
   * All events pass through. Each complete message is also sent to a session of the sub-pipeline;
   * streams with the same key share one. What a session outputs is dropped. A session runs with a
   * clone of the variables of the stream that started it.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  merge(key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
  }): Configuration;
  /**
   * Shares sub-pipelines between the messages of many streams.
   *
   * The sub-pipeline is a session. Streams with the same key share sessions; each message is sent to
   * one, and the messages that a session outputs go to the streams in the order in which they sent.
   * A message of more than 64 KiB has a session for itself. A session runs with a clone of the
   * variables of the stream that started it. When it ends, the streams that wait for it get its
   * StreamEnd. The messages of one stream are sent one after the other.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  mux(target: string, key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Messages that come back for a message; a function gets the MessageStart. 0 does not wait for
     * any; a message with a negative number is dropped. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Shares sub-pipelines between the messages of many streams.
   *
   * The sub-pipeline is a session. Streams with the same key share sessions; each message is sent to
   * one, and the messages that a session outputs go to the streams in the order in which they sent.
   * A message of more than 64 KiB has a session for itself. A session runs with a clone of the
   * variables of the stream that started it. When it ends, the streams that wait for it get its
   * StreamEnd. The messages of one stream are sent one after the other.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  mux(key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Messages that come back for a message; a function gets the MessageStart. 0 does not wait for
     * any; a message with a negative number is dropped. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Sends requests to FastCGI applications.
   *
   * The head of a request is { role, keepAlive, params }: role is 1 for a responder, params is an
   * object of strings. Its body is the standard input. The body of a response is the standard
   * output, which for a responder begins with header lines; the tail of its MessageEnd is {
   * appStatus, protocolStatus, stderr }, where stderr is a Data.
   *
   * The sub-pipeline is a session: a connection to an application. Streams with the same key share
   * sessions. What is missing in a head is 1 for role and true for keepAlive. When a session ends,
   * the requests that wait for it get its StreamEnd.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxFastCGI(target: string, key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Requests that are under way in one session at the same time. Many applications take no more than
     * 1; 0 means any number. Default: 1.
     */
    maxQueue?: number;
    /** Requests after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
  }): Configuration;
  /**
   * Sends requests to FastCGI applications.
   *
   * The head of a request is { role, keepAlive, params }: role is 1 for a responder, params is an
   * object of strings. Its body is the standard input. The body of a response is the standard
   * output, which for a responder begins with header lines; the tail of its MessageEnd is {
   * appStatus, protocolStatus, stderr }, where stderr is a Data.
   *
   * The sub-pipeline is a session: a connection to an application. Streams with the same key share
   * sessions. What is missing in a head is 1 for role and true for keepAlive. When a session ends,
   * the requests that wait for it get its StreamEnd.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxFastCGI(key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Requests that are under way in one session at the same time. Many applications take no more than
     * 1; 0 means any number. Default: 1.
     */
    maxQueue?: number;
    /** Requests after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
  }): Configuration;
  /**
   * Sends HTTP requests through shared connections.
   *
   * The sub-pipeline, usually a connect, is a session: one connection on which requests of many
   * streams are sent. Streams with the same key share sessions. Requests are sent without waiting
   * for the responses to earlier ones (pipelining, RFC 9112, 9.3.2), up to maxQueue on a session. A
   * request that is not idempotent, such as a POST, and one with a body of more than 64 KiB has a
   * session for itself until it is answered. A session runs with a clone of the variables of the
   * stream that started it.
   *
   * When the server closes the connection without a byte of an answer, an idempotent request is sent
   * once more on a new connection. A request that cannot be answered gets a response with status 502
   * or 504 (401 when TLS verification failed), then the StreamEnd of the session. A response that
   * breaks off ends the stream with an error. A stream's requests are sent one after the other.
   *
   * CONNECT and upgrade requests have a connection for themselves, which becomes raw Data in both
   * directions when the response accepts.
   *
   * In HTTP/2, all requests of a key share one connection, whatever they are; those that are more
   * than the server takes at a time wait. A request that the server did not look at is sent again,
   * and one that nobody waits for is cancelled. A tunnel takes a stream of the connection, not all
   * of it.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxHTTP(target: string, key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Bytes of a request body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a response may have. A longer one is a 502. Default: "64k". */
    maxHeaderSize?: number | string;
    /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
    connectionWindowSize?: number | string;
    /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
    streamWindowSize?: number | string;
    /**
     * The version of HTTP: 1 or 2, one of the names 'http/1', 'http/1.0', 'http/1.1', 'h2' and
     * 'http/2', or a function that returns one of these or a promise of it. The function is called for
     * each session; requests wait for the promise, while the session gets a flush so that it connects.
     * In version 2, requests share one connection whatever maxQueue and maxMessages say.
     */
    version?: any;
    /**
     * HTTP/2: a function that returns the 8 bytes of the next PING (RFC 9113, 6.7), as Data, or a
     * promise of them, or nothing to send no more. It is called when a session begins, without an
     * argument, and with the answer to each PING.
     */
    ping?: (...args: any[]) => any;
  }): Configuration;
  /**
   * Sends HTTP requests through shared connections.
   *
   * The sub-pipeline, usually a connect, is a session: one connection on which requests of many
   * streams are sent. Streams with the same key share sessions. Requests are sent without waiting
   * for the responses to earlier ones (pipelining, RFC 9112, 9.3.2), up to maxQueue on a session. A
   * request that is not idempotent, such as a POST, and one with a body of more than 64 KiB has a
   * session for itself until it is answered. A session runs with a clone of the variables of the
   * stream that started it.
   *
   * When the server closes the connection without a byte of an answer, an idempotent request is sent
   * once more on a new connection. A request that cannot be answered gets a response with status 502
   * or 504 (401 when TLS verification failed), then the StreamEnd of the session. A response that
   * breaks off ends the stream with an error. A stream's requests are sent one after the other.
   *
   * CONNECT and upgrade requests have a connection for themselves, which becomes raw Data in both
   * directions when the response accepts.
   *
   * In HTTP/2, all requests of a key share one connection, whatever they are; those that are more
   * than the server takes at a time wait. A request that the server did not look at is sent again,
   * and one that nobody waits for is cancelled. A tunnel takes a stream of the connection, not all
   * of it.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxHTTP(key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Bytes of a request body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a response may have. A longer one is a 502. Default: "64k". */
    maxHeaderSize?: number | string;
    /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
    connectionWindowSize?: number | string;
    /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
    streamWindowSize?: number | string;
    /**
     * The version of HTTP: 1 or 2, one of the names 'http/1', 'http/1.0', 'http/1.1', 'h2' and
     * 'http/2', or a function that returns one of these or a promise of it. The function is called for
     * each session; requests wait for the promise, while the session gets a flush so that it connects.
     * In version 2, requests share one connection whatever maxQueue and maxMessages say.
     */
    version?: any;
    /**
     * HTTP/2: a function that returns the 8 bytes of the next PING (RFC 9113, 6.7), as Data, or a
     * promise of them, or nothing to send no more. It is called when a session begins, without an
     * argument, and with the answer to each PING.
     */
    ping?: (...args: any[]) => any;
  }): Configuration;
  /**
   * Shares sub-pipelines between the messages of many streams, like mux.
   *
   * The sub-pipeline is a session. Streams with the same key share sessions; each message is sent to
   * one, and the messages that a session outputs go to the streams in the order in which they sent.
   * A message of more than 64 KiB has a session for itself. A session runs with a clone of the
   * variables of the stream that started it. When it ends, the streams that wait for it get its
   * StreamEnd. The messages of one stream are sent one after the other.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxQueue(target: string, key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Messages that come back for a message; a function gets the MessageStart. 0 does not wait for
     * any; a message with a negative number is dropped. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Shares sub-pipelines between the messages of many streams, like mux.
   *
   * The sub-pipeline is a session. Streams with the same key share sessions; each message is sent to
   * one, and the messages that a session outputs go to the streams in the order in which they sent.
   * A message of more than 64 KiB has a session for itself. A session runs with a clone of the
   * variables of the stream that started it. When it ends, the streams that wait for it get its
   * StreamEnd. The messages of one stream are sent one after the other.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param key Streams with the same key share sessions. A function is asked once for each stream, at its first message. Without a key, or with nothing for one, the streams of one inbound connection share.
   */
  muxQueue(key?: any | (() => any), options?: {
    /** How long a session stays open that no stream uses. Default: 10. */
    maxIdle?: number | string;
    /**
     * Messages that wait for their response in one session at the same time. 1 opens a session for
     * each, 0 means any number. Default: 0.
     */
    maxQueue?: number;
    /** Messages after which a session is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * Messages that come back for a message; a function gets the MessageStart. 0 does not wait for
     * any; a message with a negative number is dropped. Default: 1.
     */
    outputCount?: number | (() => number);
  }): Configuration;
  /**
   * Joins several messages into one.
   *
   * The body of the new message is the bodies of the old ones, in order; its head is the head of the
   * first. A batch that is not complete is sent when nothing comes for a while, and at StreamEnd.
   *
   * @param batchSize Messages to join into one. Default: 1.
   */
  pack(batchSize?: number, options?: {
    /** Seconds without input after which an incomplete batch is sent; 0 waits forever. Default: 0. */
    timeout?: number | string;
    /**
     * Seconds after the beginning of a batch at which it is sent, at the end of a message, though it
     * is incomplete; 0 means never. Default: 0.
     */
    interval?: number | string;
    /** Accepted for older scripts; has no effect. Default: 0.5. */
    vacancy?: number;
    /** Bytes to put before the first body. */
    prefix?: string;
    /** Bytes to put behind the last body. */
    postfix?: string;
    /** Bytes to put between two bodies. */
    separator?: string;
  }): Configuration;
  /**
   * Continues in another pipeline.
   *
   * The target is a pipeline, a name that is looked up in the map, or an array of these: a chain,
   * whose pipelines go on with pipeNext. A function is called with the event; as long as it returns
   * nothing, events are kept and it is asked again at the next one. The choice is made once. Without
   * a map, args may be the second argument.
   *
   * @param target Where the stream goes.
   * @param map The pipelines by their names.
   * @param args The arguments of onStart: an array, or a function of the event that returns one. What is not an array is the only argument.
   */
  pipe(target: PipelineTemplate | string | (PipelineTemplate | string)[] | ((evt: Event) => PipelineTemplate | string | (PipelineTemplate | string)[]), map?: any, args?: any): Configuration;
  /**
   * Continues in the next pipeline of a chain.
   *
   * What that pipeline puts out comes out here. At the end of the chain, and outside of any, events
   * pass through.
   *
   * @param args Arguments of onStart for the rest of the chain, instead of those it has.
   */
  pipeNext(args?: any): Configuration;
  /**
   * Writes Data to the standard error output.
   *
   * The text is written line by line, without a prefix; a line that is longer than 100 bytes is
   * broken, and other control characters are left out. What remains without a line end is written at
   * MessageEnd and StreamEnd. Every event passes unchanged.
   */
  print(): Configuration;
  /**
   * Makes a stream by calling a function again and again.
   *
   * The first event makes it begin; that and all later input is dropped. What the function returns
   * comes out, and it is called again, until that is a StreamEnd or the pipeline is closed. When it
   * returns a promise, it is called again after that is fulfilled; when nothing comes of it, after
   * 10 milliseconds. While those who get the stream are slow it is not called. An error, a
   * rejection, or a result that is something else ends the stream with RuntimeError. A stream that
   * belongs to no connection, such as that of a task, ends when the program ends or is replaced.
   *
   * What is given in place of a function comes out once.
   *
   * @param producer Returns an event, a Message, an array of these, a promise of one, or nothing; or one of these that comes out once.
   */
  produce(producer: (() => any) | Event | Message | (Event | Message)[] | Promise<any>): Configuration;
  /**
   * Reads a file.
   *
   * The first event makes it begin; that and all later input is dropped. The content comes out as
   * Data, then StreamEnd. The name '-' stands for the standard input. A file that cannot be opened
   * or read ends the stream with ReadError.
   *
   * @param filename The file's name.
   */
  read(filename: string | (() => string), options?: {
    /** Bytes at the beginning to leave out. Default: 0. */
    seek?: number | string | (() => number | string);
    /** Bytes to read; -1 means all. Default: -1. */
    size?: number | string | (() => number | string);
  }): Configuration;
  /**
   * Runs a pipeline again with the same input.
   *
   * The input is kept as it goes into the sub-pipeline. When that ends its output, the function is
   * called with the StreamEnd and tells whether to repeat: then a new sub-pipeline gets all of the
   * input again; else StreamEnd comes out. Other output of each run comes out at once. At most 64 MB
   * of input can be repeated.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   * @param condition Called with the StreamEnd; returns whether to repeat, or a promise of it.
   */
  repeat(target: string, condition: (...args: any[]) => any): Configuration;
  /**
   * Runs a pipeline again with the same input.
   *
   * The input is kept as it goes into the sub-pipeline. When that ends its output, the function is
   * called with the StreamEnd and tells whether to repeat: then a new sub-pipeline gets all of the
   * input again; else StreamEnd comes out. Other output of each run comes out at once. At most 64 MB
   * of input can be repeated.
   *
   * Its sub-pipeline is given by the .to() that follows.
   *
   * @param condition Called with the StreamEnd; returns whether to repeat, or a promise of it.
   */
  repeat(condition: (...args: any[]) => any): Configuration;
  /**
   * Replaces every event.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replace(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Replaces each Data that is not empty.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceData(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Replaces each message.
   *
   * A message is taken as a whole and replaced at its end. A StreamEnd within a message ends the
   * message too, and follows what replaces it; with an error, the unfinished message is dropped and
   * the StreamEnd passes. What stands outside of messages passes.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param sizeLimit Bytes of a body that the callback gets to see; what is beyond is cut off. -1 means all. Default: -1.
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessage(sizeLimit: number | string, replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any), options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Replaces each message.
   *
   * A message is taken as a whole and replaced at its end. A StreamEnd within a message ends the
   * message too, and follows what replaces it; with an error, the unfinished message is dropped and
   * the StreamEnd passes. What stands outside of messages passes.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessage(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any), options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Replaces the body of each message.
   *
   * MessageStart and MessageEnd pass; the Data between them are taken together and replaced before
   * MessageEnd, or before a StreamEnd within the message. With an error in the StreamEnd, the body
   * is dropped.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param sizeLimit Bytes of a body that the callback gets to see; what is beyond is cut off. -1 means all. Default: -1.
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessageBody(sizeLimit: number | string, replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any), options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Replaces the body of each message.
   *
   * MessageStart and MessageEnd pass; the Data between them are taken together and replaced before
   * MessageEnd, or before a StreamEnd within the message. With an error in the StreamEnd, the body
   * is dropped.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessageBody(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any), options?: {
    /** The same as sizeLimit. Default: -1. */
    bufferLimit?: number | string;
  }): Configuration;
  /**
   * Replaces each MessageEnd.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessageEnd(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Replaces each MessageStart.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceMessageStart(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Replaces StreamEnd.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceStreamEnd(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Replaces the first event of a stream.
   *
   * A replacement is an event, a Message or an array of these, and is put out as often as it is
   * wanted; nothing drops what is replaced. A function is called with what is replaced and the
   * number of calls before, and returns such a replacement or a promise of one; until the promise is
   * settled, later events wait. Replacements are not looked at again.
   *
   * @param replacement An event, a Message, an array of these, or a function that returns one; nothing drops.
   */
  replaceStreamStart(replacement?: Event | Message | (Event | Message)[] | ((evt: any, index: number) => any)): Configuration;
  /**
   * Runs a pipeline again when it asks for it.
   *
   * The input is kept as it goes into the sub-pipeline. When that ends its output with
   * StreamEnd('Replay'), a new sub-pipeline gets all of the input again. At most 64 MB of input can
   * be repeated.
   *
   * @param target The name of the sub-pipeline. It is left out when .to(...) follows.
   */
  replay(target: string, options?: {
    /** Seconds to wait before another run. Default: 0. */
    delay?: number | string | (() => number | string);
  }): Configuration;
  /**
   * Runs a pipeline again when it asks for it.
   *
   * The input is kept as it goes into the sub-pipeline. When that ends its output with
   * StreamEnd('Replay'), a new sub-pipeline gets all of the input again. At most 64 MB of input can
   * be repeated.
   *
   * Its sub-pipeline is given by the .to() that follows.
   */
  replay(options?: {
    /** Seconds to wait before another run. Default: 0. */
    delay?: number | string | (() => number | string);
  }): Configuration;
  /**
   * Serves HTTP with a Message or a function.
   *
   * The requests of a connection are handled one after the other. A function gets the whole request
   * as a Message and returns the response as a Message, or a promise of one; a Message answers all
   * requests. When the function fails or returns something else, the request is answered with 500,
   * the reason goes to the log, and the connection goes on.
   *
   * With clients that speak HTTP/2 (see demuxHTTP), the requests of a connection are handled at the
   * same time.
   *
   * When the program is replaced, the connection is closed after the response that is due.
   *
   * @param handler The response, or a function of the request that returns it.
   */
  serveHTTP(handler: any, options?: {
    /**
     * Bytes of a response body to collect in order to send it with a content-length. A longer body is
     * sent in chunks unless its length is known. Default: "16k".
     */
    bufferSize?: number | string;
    /** Bytes that the head of a request may have. A longer one is answered with 431. Default: "64k". */
    maxHeaderSize?: number | string;
    /** Requests after which the connection is closed. 0 means any number. Default: 0. */
    maxMessages?: number;
    /**
     * How long the head of a request may take from its first byte, and the first one from the
     * beginning of the stream. Later it is answered with 408. 0 waits forever. Default: 30.
     */
    headTimeout?: number | string;
    /** HTTP/2: requests that a client may have open at a time. More are refused. Default: 256. */
    maxStreams?: number;
    /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
    connectionWindowSize?: number | string;
    /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
    streamWindowSize?: number | string;
    /**
     * Bytes that the body of a request may have. A longer one is answered with 413. 0 means any
     * number. Default: 0.
     */
    maxBodySize?: number | string;
  }): Configuration;
  /**
   * Splits a stream of bytes.
   *
   * With a separator, each piece between two separators becomes a message; leading, adjacent and
   * final separators make messages that are empty. MessageEnd and StreamEnd end the last piece. A
   * function that returns a string at the first byte gives the separator.
   *
   * Any other function is called with each byte. When it returns an event, a Message or an array of
   * these, the data up to that byte is put out, and then those.
   *
   * MessageStart and MessageEnd of the input are dropped.
   *
   * @param separator A string or Data, or a function that is called with each byte.
   */
  split(separator: string | Data | ((byte: number) => any)): Configuration;
  /**
   * Exchanges events with other streams.
   *
   * The filter joins a hub at its first event. What goes in comes out of all other streams in the
   * hub, and what goes into those comes out here. As long as there is no other, events are kept;
   * more than 256 KB of them pause their source, as do those that are slow to take what comes out.
   *
   * StreamEnd comes out when all others have ended: of two streams, each ends the other. A stream
   * that goes away without having ended counts as ended with ConnectionAborted. A function is called
   * with no arguments; as long as it returns nothing, events are kept and it is asked again at the
   * next one. A third stream in a Swap ends with RuntimeError.
   *
   * @param hub Where the streams meet.
   */
  swap(hub: pipeline.Hub | Swap | (() => pipeline.Hub | Swap | null | undefined)): Configuration;
  /**
   * Writes Data to a file.
   *
   * The file is opened at the first Data and closed at the end of the stream; folders that are
   * missing are made. The name '-' stands for the standard output. Every event passes unchanged,
   * also when the file cannot be written, which is logged.
   *
   * A shared file is opened once for all streams of the process that name it, and only such a file
   * is put aside, under the name YYYY-MM-DD-HH-MM-SS-name, when it is full.
   *
   * @param filename The file's name.
   */
  tee(filename: string | (() => string), options?: {
    /** Whether to keep what is in the file. Default: false. */
    append?: boolean;
    /** Whether streams share the file. Default: false. */
    shared?: boolean;
    /** Bytes at which a shared file is full; 0 means no limit. Default: 0. */
    maxFileSize?: number | string;
    /** How many full files are kept; 0 means all. Default: 0. */
    maxFileCount?: number;
    /** Seconds after which a shared file is full; 0 means no limit. Default: 0. */
    rotateInterval?: number | string;
  }): Configuration;
  /**
   * Limits the streams at a time.
   *
   * A number is the streams that exist at a time; the first event of a stream takes one, the end of
   * its pipeline gives it back.
   *
   * The quota is a number, a size, or an algo.Quota. For a number, streams with equal accounts share
   * units; accounts belong to this place in the script. An algo.Quota is shared by all filters that
   * have it. Functions are called at the first event of a stream that is not empty. A quota of zero
   * or less does not limit. Flushes are dropped.
   *
   * A stream that has to wait keeps its events in order, and pauses its source.
   *
   * @param quota How much there is.
   * @param account Whose quota: any value, or a function that returns it.
   */
  throttleConcurrency(quota: number | string | algo.Quota | (() => number | string | algo.Quota), account?: any, options?: {
    /** Whether a stream that waits pauses its source. Default: true. */
    blockInput?: boolean;
  }): Configuration;
  /**
   * Limits the bytes per second.
   *
   * A number is the bytes that pass within any second; Data is cut where they are used up.
   *
   * The quota is a number, a size, or an algo.Quota. For a number, streams with equal accounts share
   * units; accounts belong to this place in the script. An algo.Quota is shared by all filters that
   * have it. Functions are called at the first event of a stream that is not empty. A quota of zero
   * or less does not limit. Flushes are dropped.
   *
   * A stream that has to wait keeps its events in order, and pauses its source.
   *
   * @param quota How much there is.
   * @param account Whose quota: any value, or a function that returns it.
   */
  throttleDataRate(quota: number | string | algo.Quota | (() => number | string | algo.Quota), account?: any, options?: {
    /** Whether a stream that waits pauses its source. Default: true. */
    blockInput?: boolean;
  }): Configuration;
  /**
   * Limits the messages per second.
   *
   * A number is the messages that pass within any second; a MessageStart takes one.
   *
   * The quota is a number, a size, or an algo.Quota. For a number, streams with equal accounts share
   * units; accounts belong to this place in the script. An algo.Quota is shared by all filters that
   * have it. Functions are called at the first event of a stream that is not empty. A quota of zero
   * or less does not limit. Flushes are dropped.
   *
   * A stream that has to wait keeps its events in order, and pauses its source.
   *
   * @param quota How much there is.
   * @param account Whose quota: any value, or a function that returns it.
   */
  throttleMessageRate(quota: number | string | algo.Quota | (() => number | string | algo.Quota), account?: any, options?: {
    /** Whether a stream that waits pauses its source. Default: true. */
    blockInput?: boolean;
  }): Configuration;
  /**
   * Runs pipelines of other modules.
   *
   * With one module, the stream continues in its pipeline of the given name, or in its entry
   * pipeline when no name is given.
   *
   * With an array of modules, the stream goes through the pipelines of that name from the first
   * module to the last, then through their pipelines named by pipelineDown from the last to the
   * first. Modules without such a pipeline are left out. At the first event that reaches a module,
   * when() is asked: if it holds, neither that module nor those after it are entered, and the stream
   * turns down through the down pipelines of the modules it has passed.
   *
   * @param modules A module's file name, or an array of them.
   * @param pipelines The pipeline's name, the name of the pipeline on the way down, and the condition to turn down; the last two may be left out.
   */
  use(modules: any, ...pipelines: (string | (() => boolean))[]): Configuration;
  /**
   * Keeps all events until a condition holds.
   *
   * The condition is asked at each event, and whenever something was received or has ended in a
   * pipeline of the same connection: in a fork, for example. When it returns a promise, events wait
   * until that is fulfilled; a rejection ends the stream with RuntimeError. Then everything passes,
   * in order. More than 256 KB of kept events pause their source.
   *
   * @param condition Returns true, or a promise, when events may pass.
   */
  wait(condition: (...args: any[]) => any, options?: {
    /** Seconds after the first event at which events pass anyway; 0 waits forever. Default: 0. */
    timeout?: number | string;
  }): Configuration;
}

/** Writes to the log. */
declare namespace console {
  /**
   * Writes a line of level debug.
   *
   * @param values Strings are written as they are, other values in a form for people to read.
   */
  function debug(...values: any[]): void;
  /**
   * Writes a line of level error.
   *
   * @param values Strings are written as they are, other values in a form for people to read.
   */
  function error(...values: any[]): void;
  /**
   * Writes a line of level info.
   *
   * @param values Strings are written as they are, other values in a form for people to read.
   */
  function info(...values: any[]): void;
  /**
   * Writes a line of level info.
   *
   * @param values Strings are written as they are, other values in a form for people to read.
   */
  function log(...values: any[]): void;
  /**
   * Writes a line of level warn.
   *
   * @param values Strings are written as they are, other values in a form for people to read.
   */
  function warn(...values: any[]): void;
}

/** Keys, certificates, hashes, signatures, ciphers and tokens. */
declare namespace crypto {
}

declare namespace crypto {
  /** An X.509 certificate (RFC 5280). */
  class Certificate {
    /**
     * Reads a certificate, or issues one.
     *
     * @param source The certificate as PEM, of which the first counts, or DER. Or a description of the one to issue: subject holds names such as CN and O, extensions holds values such as 'CA:TRUE' by names such as basicConstraints, keyUsage, extendedKeyUsage and subjectAltName, privateKey signs, publicKey is that of the subject, by default the issuer's, issuer is the certificate of the issuer, by default the new one itself; it is valid for days (30) from now plus timeOffset (0 s).
     */
    constructor(source: string | Data | { subject: object, extensions?: object, days?: number, timeOffset?: number | string, privateKey: crypto.PrivateKey, publicKey?: crypto.PublicKey, issuer?: crypto.Certificate });
    /** Who issued it, like subject. */
    readonly issuer: object;
    /** When it ends to be valid, in milliseconds since 1970. */
    readonly notAfter: number;
    /** When it becomes valid, in milliseconds since 1970. */
    readonly notBefore: number;
    /** Whose certificate it is: names such as commonName and organizationName. */
    readonly subject: object;
    /** The host names that it is valid for. */
    readonly subjectAltNames: string[];
    /** Returns it as PEM (RFC 7468). */
    toPEM(): Data;
  }
}

declare namespace crypto {
  /** A certificate with those that lead from it to a root, its own first. */
  class CertificateChain {
    /**
     * Reads certificates.
     *
     * @param source A PEM bundle, or one certificate in DER.
     */
    constructor(source: string | Data);
    /** Returns it as PEM (RFC 7468). */
    toPEM(): Data;
  }
}

declare namespace crypto {
  /** Encrypts bytes that come piece by piece. */
  class Cipher {
    /**
     * Makes a cipher.
     *
     * @param algorithm One of aes-128, aes-192 and aes-256 with -cbc, -ctr, -ecb or -gcm behind it, and des-ede3-cbc and des-ede3-ecb. With -cbc and -ecb the text is padded to whole blocks (PKCS #7). With -gcm the tag of 16 bytes follows the encrypted text, and nothing comes out before final.
     */
    constructor(algorithm: string, options?: {
      /** The key; its length must be that of the algorithm. */
      key?: string | Data;
      /** The initialization vector: 16 bytes for AES, 12 with -gcm, 8 for DES, none with -ecb. */
      iv?: string | Data;
    });
    /**
     * Returns the rest. It throws when what was to be decrypted is not what was encrypted with this
     * key.
     */
    final(): Data;
    /**
     * Takes the next bytes and returns those that are ready.
     *
     * @param bytes The bytes.
     */
    update(bytes: string | Data): Data;
  }
}

declare namespace crypto {
  /** Decrypts bytes that come piece by piece. */
  class Decipher {
    /**
     * Makes a decipher.
     *
     * @param algorithm One of aes-128, aes-192 and aes-256 with -cbc, -ctr, -ecb or -gcm behind it, and des-ede3-cbc and des-ede3-ecb. With -cbc and -ecb the text is padded to whole blocks (PKCS #7). With -gcm the tag of 16 bytes follows the encrypted text, and nothing comes out before final.
     */
    constructor(algorithm: string, options?: {
      /** The key; its length must be that of the algorithm. */
      key?: string | Data;
      /** The initialization vector: 16 bytes for AES, 12 with -gcm, 8 for DES, none with -ecb. */
      iv?: string | Data;
    });
    /**
     * Returns the rest. It throws when what was to be decrypted is not what was encrypted with this
     * key.
     */
    final(): Data;
    /**
     * Takes the next bytes and returns those that are ready.
     *
     * @param bytes The bytes.
     */
    update(bytes: string | Data): Data;
  }
}

declare namespace crypto {
  /** Computes the hash of bytes that come piece by piece. */
  class Hash {
    /**
     * Makes a hash of no bytes.
     *
     * @param algorithm One of md5, sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, sha3-224, sha3-256, sha3-384 and sha3-512.
     */
    constructor(algorithm: string);
    /**
     * Returns the hash of the bytes so far.
     *
     * @param encoding How the result writes bytes as text; without it the result is a Data. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    digest(encoding?: string): string | Data;
    /**
     * Takes the next bytes, and returns this object.
     *
     * @param bytes The bytes.
     * @param encoding How a string writes the bytes; utf8 by default. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    update(bytes: string | Data, encoding?: string): crypto.Hash;
  }
}

declare namespace crypto {
  /** Computes the HMAC of bytes that come piece by piece (RFC 2104). */
  class Hmac {
    /**
     * Makes an HMAC of no bytes.
     *
     * @param algorithm One of md5, sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, sha3-224, sha3-256, sha3-384 and sha3-512.
     * @param key The key.
     */
    constructor(algorithm: string, key: string | Data);
    /**
     * Returns the HMAC of the bytes so far.
     *
     * @param encoding How the result writes bytes as text; without it the result is a Data. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    digest(encoding?: string): string | Data;
    /**
     * Takes the next bytes, and returns this object.
     *
     * @param bytes The bytes.
     * @param encoding How a string writes the bytes; utf8 by default. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    update(bytes: string | Data, encoding?: string): crypto.Hmac;
  }
}

declare namespace crypto {
  /** A JSON Web Key (RFC 7517) to verify tokens with. */
  class JWK {
    /**
     * Reads a key. It throws when members are missing or unknown; a key whose values are wrong is not
     * valid.
     *
     * @param key An object with kty: 'RSA' with n and e, 'EC' with crv, x and y, 'OKP' with crv 'Ed25519' and x, or 'oct' with k.
     */
    constructor(key: object);
    /** Tells whether the key can be used. */
    readonly isValid: boolean;
  }
}

declare namespace crypto {
  /** A JSON Web Token (RFC 7519). Its claims, such as exp, are for the script to check. */
  class JWT {
    /**
     * Takes a token apart. A text that is no token makes one that is not valid.
     *
     * @param token The token.
     */
    constructor(token: string);
    /** The header. */
    readonly header: any;
    /**
     * Tells whether the token is well-formed and its algorithm is known; it says nothing about the
     * signature.
     */
    readonly isValid: boolean;
    /**
     * The payload, which is usually an object of claims. Do not believe it before verify returned
     * true.
     */
    readonly payload: any;
    /**
     * Tells whether the signature is good. A key of another kind than the token's algorithm wants
     * gives false.
     *
     * @param key The secret for the algorithms HS256, HS384 and HS512; a public key for RS*, PS*, ES* and EdDSA, as an object or as PEM. A private key or a certificate stands for its public key.
     */
    verify(key: string | Data | crypto.JWK | crypto.PublicKey | crypto.PrivateKey | crypto.Certificate): boolean;
  }
}

declare namespace crypto {
  /** A private key: RSA, EC (P-256, P-384, P-521) or Ed25519. */
  class PrivateKey {
    /**
     * Reads a private key, or makes one.
     *
     * @param source The key as PEM or DER; or what kind of key to make: { type: 'rsa', bits: 2048 }, { type: 'ec', curve: 'P-256' } or { type: 'ed25519' }.
     * @param options Not used.
     */
    constructor(source: string | Data | { type: string, bits?: number, curve?: string }, options?: object);
    /** Returns it as PEM (RFC 7468). */
    toPEM(): Data;
  }
}

declare namespace crypto {
  /** A public key: RSA, EC (P-256, P-384, P-521) or Ed25519. */
  class PublicKey {
    /**
     * Reads a public key.
     *
     * @param source The key, or a certificate with it, as PEM or DER; or a private key or a certificate, for its public key.
     * @param options Not used.
     */
    constructor(source: string | Data | crypto.PrivateKey | crypto.Certificate, options?: object);
    /** Returns it as PEM (RFC 7468). */
    toPEM(): Data;
  }
}

declare namespace crypto {
  /**
   * Signs bytes that come piece by piece: with an RSA key by PKCS #1 v1.5 (RFC 8017, 8.2), with an
   * EC key by ECDSA, whose signature is in DER.
   */
  class Sign {
    /**
     * Makes a signature of no bytes.
     *
     * @param algorithm One of md5, sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, sha3-224, sha3-256, sha3-384 and sha3-512.
     */
    constructor(algorithm: string);
    /**
     * Returns the signature of the bytes so far.
     *
     * @param privateKey The key to sign with.
     * @param encoding How the result writes bytes as text; without it the result is a Data. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     * @param options Not used.
     */
    sign(privateKey: crypto.PrivateKey, encoding?: string, options?: object): string | Data;
    /**
     * Takes the next bytes, and returns this object.
     *
     * @param bytes The bytes.
     * @param encoding How a string writes the bytes; utf8 by default. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    update(bytes: string | Data, encoding?: string): crypto.Sign;
  }
}

declare namespace crypto {
  /** Verifies a signature of bytes that come piece by piece, as crypto.Sign makes it. */
  class Verify {
    /**
     * Makes a verifier that has seen no bytes.
     *
     * @param algorithm One of md5, sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, sha3-224, sha3-256, sha3-384 and sha3-512.
     */
    constructor(algorithm: string);
    /**
     * Takes the next bytes, and returns this object.
     *
     * @param bytes The bytes.
     * @param encoding How a string writes the bytes; utf8 by default. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     */
    update(bytes: string | Data, encoding?: string): crypto.Verify;
    /**
     * Tells whether a signature of the bytes so far is good.
     *
     * @param publicKey The key that belongs to the one that signed; a private key or a certificate stands for its public key.
     * @param signature The signature.
     * @param encoding How a string writes the signature. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url".
     * @param options Not used.
     */
    verify(publicKey: crypto.PublicKey | crypto.PrivateKey | crypto.Certificate, signature: string | Data, encoding?: string, options?: object): boolean;
  }
}

/** A text as bytes. Hessian, JSON and CStruct take it like a string. */
declare class CString {
  /**
   * Makes a text.
   *
   * @param text The text; empty if it is left out.
   */
  constructor(text?: string | Data);
  /** The bytes. */
  readonly data: Data;
  /** The number of bytes. */
  readonly size: number;
  /** Returns the text. */
  toString(): string;
}

/**
 * The layout of a struct of C, with which objects become bytes and bytes objects. Fields are
 * aligned as compilers of 64-bit machines do it, and numbers have their lowest byte first.
 *
 * The types are int8, int16, int32, int64, uint8, uint16, uint32, uint64, float, double and char,
 * each with a number in brackets for an array; and other structures. char[n] is a string, or a
 * Data when it is not UTF-8. Integers that do not fit wrap around; they are read as numbers, and
 * as BigInts beyond 2^53.
 *
 * A CStruct or a CUnion whose name is made of digits has no name: its fields are those of the
 * structure around it. JavaScript puts members such as 0 first; '00' stays where it is.
 */
declare class CStruct {
  /**
   * Lays fields out one behind the other.
   *
   * @param fields The types of the fields by their names.
   */
  constructor(fields: object);
  /** The size in bytes, with what is behind the last field to align the next structure. */
  readonly size: number;
  /**
   * Returns the fields in a Data; bytes behind them are ignored. It throws if there are too few.
   *
   * @param data The bytes.
   */
  decode(data: Data): object;
  /**
   * Returns an object as bytes. What is missing is 0. Of the fields of a union the largest that is
   * there counts.
   *
   * @param object The values of the fields.
   */
  encode(object: object): Data;
  /**
   * Returns { offset, size, count, isArray, isIntegral, isUnsigned } for each field, in bytes; size
   * is that of one element.
   */
  reflect(): object;
}

/** The layout of a union of C: a CStruct whose fields share their bytes. */
declare class CUnion {
  /**
   * Lays fields out one above the other.
   *
   * @param fields The types of the fields by their names.
   */
  constructor(fields: object);
  /** The size in bytes, with what is behind the last field to align the next structure. */
  readonly size: number;
  /**
   * Returns the fields in a Data; bytes behind them are ignored. It throws if there are too few.
   *
   * @param data The bytes.
   */
  decode(data: Data): object;
  /**
   * Returns an object as bytes. What is missing is 0. Of the fields of a union the largest that is
   * there counts.
   *
   * @param object The values of the fields.
   */
  encode(object: object): Data;
  /**
   * Returns { offset, size, count, isArray, isIntegral, isUnsigned } for each field, in bytes; size
   * is that of one element.
   */
  reflect(): object;
}

/**
 * A run of bytes.
 *
 * A Data is mutable and shared by reference. As an event, an empty Data is a flush: what was
 * written so far should go out.
 */
declare class Data extends Event {
  /**
   * Makes a Data of the bytes of a string, of another Data or of an array; without arguments it is
   * empty.
   *
   * @param bytes A string, another Data, or an array of numbers from 0 to 255.
   * @param encoding How the string writes bytes. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url". Default: "utf8".
   */
  constructor(bytes?: string | Data | number[], encoding?: string);
  /** The number of bytes. */
  readonly size: number;
  /** The name of the class. */
  readonly type: string;
  /**
   * Makes a Data of a string like the constructor, but returns null when the string is not valid in
   * the encoding.
   *
   * @param text The bytes as text.
   * @param encoding How the text writes bytes. One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url". Default: "utf8".
   */
  static from(text: string, encoding?: string): Data | null;
  /**
   * Removes the last bytes and returns them; all of them when there are fewer.
   *
   * @param count How many bytes.
   */
  pop(count: number): Data;
  /**
   * Appends bytes and returns this Data.
   *
   * @param bytes A string, another Data, which stays as it is, or an array of bytes.
   */
  push(bytes: string | Data | number[]): Data;
  /**
   * Removes the first bytes and returns them; all of them when there are fewer.
   *
   * @param count How many bytes.
   */
  shift(count: number): Data;
  /**
   * Removes the bytes up to and including the first for which the predicate is true, and returns
   * them; all when there is none.
   *
   * @param predicate Called with each byte, a number from 0 to 255.
   */
  shiftTo(predicate: (byte: number) => boolean): Data;
  /**
   * Removes the bytes before the first for which the predicate is false, and returns them.
   *
   * @param predicate Called with each byte, a number from 0 to 255.
   */
  shiftWhile(predicate: (byte: number) => boolean): Data;
  /** Returns the bytes as an array of numbers. */
  toArray(): number[];
  /**
   * Returns the bytes as text; undefined when they are not valid in the encoding.
   *
   * @param encoding One of "utf8", "utf16be", "utf16le", "hex", "base64" and "base64url". Default: "utf8".
   */
  toString(encoding?: string): string | undefined;
}

/**
 * Reads and writes messages of the domain name system (RFC 1035), and asks it for addresses.
 *
 * A message is an object. Of the header it has what is not zero: id, qr, opcode, aa, tc, rd, ra,
 * zero and rcode, where zero is the three bits of which RFC 4035 calls two AD (2) and CD (1).
 * question is an array of { name, type }; answer, authority and additional are arrays of { name,
 * type, ttl, rdata }; those that are empty are left out. A class other than 1, the Internet,
 * stands in class.
 *
 * A name has no dot at its end, and the root is "". A dot within a label is written as \., a byte
 * that is not printable as \DDD. The types A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV and OPT have
 * their names, others are numbers. rdata is
 * - for A and AAAA an address,
 * - for NS, CNAME and PTR a name,
 * - for TXT a string, or an array when there are several; a Data when it is not UTF-8,
 * - for MX { preference, exchange },
 * - for SRV { priority, weight, port, target },
 * - for SOA { mname, rname, serial, refresh, retry, expire, minimum },
 * - for all others the bytes in hexadecimal digits; names in them are written out (RFC 3597).
 *
 * Of OPT (RFC 6891), class is the size of datagrams that the sender takes, and ttl has the upper
 * bits of the response code, the version and flags.
 */
declare namespace DNS {
  /**
   * Returns the message in a Data; bytes behind it are ignored. It throws if the message is cut off
   * or not valid.
   *
   * @param data The bytes: what a datagram has, or what follows the length in TCP.
   */
  function decode(data: Data): object;
  /**
   * Returns a message as bytes. Numbers may be written as text, types as TYPE and a number, and a
   * long string of TXT is cut into several. It throws when something does not fit.
   *
   * @param message The message.
   */
  function encode(message: object, options?: {
    /**
     * Writes a name that occurs again as a pointer, for messages that have to fit into a datagram.
     * Default: false.
     */
    compress?: boolean;
  }): Data;
  /**
   * Finds the addresses of a host in the way in which connect does: in /etc/hosts, with the servers
   * of /etc/resolv.conf, or among what was found within the last 30 seconds. The promise gets them
   * as an array, and null when there are none or nobody has told within 30 seconds. An address
   * stands for itself, localhost for 127.0.0.1.
   *
   * @param host The name.
   */
  function resolve(host: string): Promise<string[] | null>;
}

/** What flows through pipelines: Data, MessageStart, MessageEnd and StreamEnd. */
declare class Event {
  protected constructor();
}

/**
 * Reads and writes the Hessian 2.0 serialization. Integers and doubles are numbers (a BigInt for a
 * long beyond 2^53), dates are Date, binary data is Data.
 */
declare namespace Hessian {
  /**
   * Returns the value of a serialization, or an array if there are several. Lists are arrays, maps
   * and objects are plain objects; what is referred to twice is one object. It throws if the data is
   * not valid.
   *
   * @param data The serialization.
   */
  function decode(data: Data, options?: {
    /**
     * Return an array of all values, in which lists, maps and objects are { kind, type, elements }
     * with the kinds list, map and object, so that types are kept. The elements of a map are pairs,
     * those of an object an object. Default: false.
     */
    typed?: boolean;
  }): any;
  /**
   * Returns the serialization of a value. Arrays are lists, objects are maps; { kind, type, elements
   * } is what decode makes with the option typed. A number without a fraction is an int, or a long
   * beyond 32 bits; other numbers are doubles. An Int of 64 bits is a long.
   *
   * @param value The value.
   */
  function encode(value: any): Data;
}

/** Helpers for HTTP services. */
declare namespace http {
}

declare namespace http {
  /**
   * A client of one HTTP server, with connections that are used again and again. Each worker has its
   * own.
   *
   * It is a pipeline of muxHTTP, connectTLS and connect, and has their options.
   */
  class Agent {
    /**
     * Makes a client. It connects when there is a request.
     *
     * @param host The server: 'name', 'name:port' or '[ipv6]:port'. The port is 80 unless it is there, and 443 with TLS.
     */
    constructor(host: string, options?: {
      /**
       * Speaks TLS: true, or an object with options of connectTLS. The option sni is the name of the
       * server unless it is there.
       */
      tls?: boolean | object;
      /**
       * Bytes that the body of a response may have; a longer one is a 502. 0 means any number. Default:
       * 0.
       */
      maxBodySize?: number | string;
      /** How long a session stays open that no stream uses. Default: 10. */
      maxIdle?: number | string;
      /**
       * Messages that wait for their response in one session at the same time. 1 opens a session for
       * each, 0 means any number. Default: 1.
       */
      maxQueue?: number;
      /** Messages after which a session is closed. 0 means any number. Default: 0. */
      maxMessages?: number;
      /**
       * Bytes of a request body to collect in order to send it with a content-length. A longer body is
       * sent in chunks unless its length is known. Default: "16k".
       */
      bufferSize?: number | string;
      /** Bytes that the head of a response may have. A longer one is a 502. Default: "64k". */
      maxHeaderSize?: number | string;
      /** HTTP/2: bytes that the peer may have under way on a connection, at least 64 KiB. Default: "1m". */
      connectionWindowSize?: number | string;
      /** HTTP/2: bytes of a body that the peer may send ahead of who reads them. Default: "1m". */
      streamWindowSize?: number | string;
      /**
       * The version of HTTP: 1 or 2, one of the names 'http/1', 'http/1.0', 'http/1.1', 'h2' and
       * 'http/2', or a function that returns one of these or a promise of it. The function is called for
       * each session; requests wait for the promise, while the session gets a flush so that it connects.
       * In version 2, requests share one connection whatever maxQueue and maxMessages say.
       */
      version?: any;
      /**
       * HTTP/2: a function that returns the 8 bytes of the next PING (RFC 9113, 6.7), as Data, or a
       * promise of them, or nothing to send no more. It is called when a session begins, without an
       * argument, and with the answer to each PING.
       */
      ping?: (...args: any[]) => any;
      /**
       * The transport protocol. With udp each Data is a datagram, in both directions, and nothing but a
       * timeout or an error ends what is received. So it is with netlink, on Linux: the target is
       * 'pid=N;groups=N' there, or '' for the kernel, and idleTimeout 0 by default; see decodeNetlink.
       * Default: "tcp".
       */
      protocol?: "tcp" | "udp" | "netlink";
      /** The local 'ip' or 'ip:port' to connect from; with netlink 'pid=N;groups=N'. */
      bind?: string | (() => string);
      /**
       * Called with the Outbound at each change of its state: open, resolving, connecting, connected,
       * idle, closed.
       */
      onState?: (...args: any[]) => any;
      /** Bytes not sent yet from which on the sources are paused. Default: "1m". */
      congestionLimit?: number | string;
      /** Bytes not sent yet above which the stream ends with BufferOverflow; 0 means none. Default: 0. */
      bufferLimit?: number | string;
      /** Further attempts after one that failed; -1 for ever. Default: 0. */
      retryCount?: number;
      /** Seconds between two attempts. Default: 0. */
      retryDelay?: number | string;
      /** Seconds that one attempt may take; 0 leaves it to the system. Default: 0. */
      connectTimeout?: number | string;
      /**
       * Seconds without anything received after which the stream ends with ReadTimeout; 0 means never.
       * Default: 0.
       */
      readTimeout?: number | string;
      /**
       * Seconds in which the peer takes nothing of what is to be sent after which the stream ends with
       * WriteTimeout; 0 means never. Default: 0.
       */
      writeTimeout?: number | string;
      /**
       * Seconds without movement in any direction after which the stream ends with IdleTimeout; 0 means
       * never. Default: 60.
       */
      idleTimeout?: number | string;
      /** Sets SO_KEEPALIVE. Default: true. */
      keepAlive?: boolean;
      /** Sets TCP_NODELAY. Default: true. */
      noDelay?: boolean;
    });
    /**
     * Sends a request: a Message of which the head's method, path and headers and the body count; or a
     * method, a path, headers and a body.
     *
     * The promise gets the response as a Message. When the server cannot be reached or breaks off
     * before its response, that is a response with status 502 or 504; when the response breaks off or
     * is too long, the promise is rejected with such a Message. The header host is added when there is
     * none.
     *
     * @param request The request, or its method.
     * @param path The path, with the query. Default: "/".
     * @param headers Header fields.
     * @param body The body.
     */
    request(request: Message | string, path?: string, headers?: object, body?: string | Data): Promise<Message>;
  }
}

declare namespace http {
  /**
   * Static files, to be served over HTTP.
   *
   * It knows GET and HEAD, conditional requests (RFC 9110, 13), ranges (RFC 9110, 14) and files that
   * are compressed already: of page.html there may be page.html.br, page.html.zst and page.html.gz
   * next to it, or only one of them. What is read stays in memory as far as the cache goes; each
   * worker has its own. Files are read while the worker does nothing else, so it is for files of
   * ordinary size, on local disks.
   */
  class Directory {
    /**
     * Opens a folder. It throws when the folder cannot be read.
     *
     * @param path The folder: a path in the codebase, or in the file system with the option fs.
     */
    constructor(path: string, options?: {
      /**
       * Takes the folder from the file system. A relative path begins at the current directory. Default:
       * false.
       */
      fs?: boolean;
      /**
       * The path is that of a tar file, which may be compressed with gzip. It is read once. Default:
       * false.
       */
      tarball?: boolean;
      /** The names of files that stand for a folder, best first. Default: ["index", "index.html"]. */
      index?: string | string[];
      /**
       * Media types by the extension of the file name, without its dot; or a function of the request and
       * the path that returns such an object, or the type itself. What is missing there is looked up in
       * http.Directory.defaultContentTypes.
       */
      contentTypes?: object | ((request: Message, path: string) => object | string);
      /** The media type of all other files. Default: "application/octet-stream". */
      defaultContentType?: string;
      /** The charset parameter of the default types that are text; "" for none. Default: "utf-8". */
      charset?: string;
      /**
       * Chooses how to compress a file that has no compressed form next to it: gets the head of the
       * request, an object with a true member for each of gzip, br and zstd that the client accepts, the
       * path, and the size; returns one of those names, or false. The result is kept in the cache; files
       * that do not fit there are not compressed.
       */
      compression?: (head: object, accepted: object, path: string, size: number) => string | false;
      /**
       * With fs: follows symbolic links out of the folder. Links within it are always followed; so are
       * those of a codebase, which its owner made. Default: false.
       */
      followSymlinks?: boolean;
      /** Serves files and folders whose names begin with a dot. Default: false. */
      dotFiles?: boolean;
      /**
       * Bytes of files to keep in memory in each worker. A file of more than a quarter of that is read
       * anew for each request. 0 keeps nothing. Default: "16m".
       */
      cacheSize?: number | string;
      /**
       * Bytes that are read for one response at most. A larger file is only served in parts, to requests
       * with a range. Default: "64m".
       */
      maxFileSize?: number | string;
      /** How long a file in the cache is taken to be unchanged. Default: 1. */
      checkInterval?: number | string;
    });
    static readonly defaultContentTypes: any;
    /**
     * Returns the response to a request; null when there is no such file.
     *
     * The path of the request is decoded once and normalized, so that it cannot lead out of the
     * folder; its query is ignored. A path with an encoded slash, a backslash or a control character
     * names no file; nor does one with a name that begins with a dot, but for /.well-known at the
     * beginning, unless there is the option dotFiles. A folder stands for its index; without a slash
     * at the end it is redirected to the path that has one (301). Other methods than GET and HEAD are
     * answered with 405 if there is such a file. It throws when a file cannot be read, or is larger
     * than maxFileSize and not asked for in parts.
     *
     * @param request The request. Only its head counts.
     */
    serve(request: Message): Message | null;
  }
}

declare namespace http {
  /**
   * A file of the codebase, to be served over HTTP. Its compressed variants are files with .gz or
   * .br behind the name.
   */
  class File {
    /**
     * Opens a file. It throws when there is none.
     *
     * @param path A path in the codebase. It cannot lead out of it. A directory stands for the index.html in it.
     */
    constructor(path: string);
    /**
     * Opens a file; null when there is none.
     *
     * @param path A path in the codebase. It cannot lead out of it. A directory stands for the index.html in it.
     */
    static from(path: string): http.File | null;
    /**
     * Returns a response with the file as its body: brotli or gzip, if there is such a variant and it
     * is accepted, else plain.
     *
     * @param acceptEncoding The accept-encoding header of the request.
     */
    toMessage(acceptEncoding?: string): Message;
  }
}

declare namespace http {
  /**
   * A pattern of paths, which is called like a function.
   *
   * Segments are literal text, compared without regard to case, {name} for a segment of any text, or
   * * for any segment; a * at the end stands for all that follows.
   */
  class Match {
    /**
     * Makes a pattern.
     *
     * @param pattern The pattern, which begins with a slash.
     */
    constructor(pattern: string);
    /**
     * Returns an object of what the path has for each {name}, and for a * at the end; null when it
     * does not match. Calling the pattern itself is the same. A slash at the end, the query and the
     * fragment are ignored.
     *
     * @param path The path, or the head of a request.
     */
    match(path: string | object): object | null;
  }
}

/** A connection that a port accepted. */
declare class Inbound {
  private constructor();
  /**
   * The IP address that the peer wanted to reach: that of the port, unless the connection was
   * redirected to a transparent one.
   */
  readonly destinationAddress: string;
  /** The port that the peer wanted to reach. */
  readonly destinationPort: number;
  /** A number that is unique in the process. */
  readonly id: number;
  /** The IP address that accepted the connection. */
  readonly localAddress: string;
  /** The port that accepted the connection. */
  readonly localPort: number;
  /** The peer's IP address. */
  readonly remoteAddress: string;
  /** The peer's port. */
  readonly remotePort: number;
}

/**
 * An integer of 8 to 64 bits. What does not fit wraps around.
 *
 * In arithmetic, and compared with == or <, it is a number; a BigInt when it is beyond 2^53.
 * Encoders take it for its value, and Hessian for its type too: i64 and u64 are longs. JSON has
 * its digits.
 */
declare class Int {
  /**
   * Makes an integer.
   *
   * @param type One of "i8", "i16", "i32", "i64", "u8", "u16", "u32" and "u64"; "i64" if it is left out.
   * @param value A number, of which a fraction is cut off, a BigInt, an Int, a string of digits, or up to 8 bytes, the lowest first. Nothing is 0. If another number follows, its lower 32 bits.
   * @param high The upper 32 bits.
   */
  constructor(type?: string, value?: number | bigint | string | Int | Data | number[], high?: number);
  /** The upper 32 bits, with the sign if it has one. */
  readonly high: number;
  /** Whether it has no sign. */
  readonly isUnsigned: boolean;
  /** The lower 32 bits. */
  readonly low: number;
  /** The type. */
  readonly type: string;
  /** The number of bits. */
  readonly width: number;
  /**
   * Reads digits; null if they are none, or not a number of the type. Hexadecimal ones may follow
   * 0x.
   *
   * @param type The type; "i64" if it is left out.
   * @param text The digits, and a sign before them.
   * @param radix How many digits there are, from 2 to 36; 10, or 16 after 0x, if it is left out.
   */
  static parse(type: string, text: string, radix?: number): Int | null;
  /**
   * Reads digits; null if they are none, or not a number of the type. Hexadecimal ones may follow
   * 0x.
   *
   * @param text The digits, and a sign before them.
   * @param radix How many digits there are, from 2 to 36; 10, or 16 after 0x, if it is left out.
   */
  static parse(text: string, radix?: number): Int | null;
  /** Returns the bytes, the lowest first. */
  toBytes(): number[];
  /**
   * Returns the digits.
   *
   * @param radix How many digits there are, from 2 to 36. Default: 10.
   */
  toString(radix?: number): string;
  /** Returns a number, or a BigInt beyond 2^53. */
  valueOf(): number | bigint;
}

/** An IPv4 or IPv6 address. */
declare class IP {
  /**
   * Makes an address.
   *
   * @param ip The address as text, or its 4 or 16 bytes.
   */
  constructor(ip: string | Data | number[] | IP);
  /** 4 or 6. */
  readonly version: number;
  /**
   * Tells whether a text is an IPv4 address.
   *
   * @param text The text.
   */
  static isV4(text: any): boolean;
  /**
   * Tells whether a text is an IPv6 address.
   *
   * @param text The text.
   */
  static isV6(text: any): boolean;
  /** Returns the address in 4 bytes or 8 words of 16 bits. */
  decompose(): number[];
  /** Returns the 4 or 16 bytes. */
  toBytes(): number[];
  /** Returns the address as text. */
  toString(): string;
}

/** An IP address with a port. */
declare class IPEndpoint {
  /**
   * Makes an endpoint.
   *
   * @param ip An address, or address and port, such as "1.2.3.4:80" or "[::1]:80".
   * @param port The port, if it is not in the address. Default: 0.
   * @param protocol "tcp" or "udp". Default: "tcp".
   */
  constructor(ip: string | IP | Data | number[], port?: number, protocol?: string);
  /** The address. */
  readonly ip: IP;
  /** The port. */
  readonly port: number;
  /** "tcp" or "udp". */
  readonly protocol: string;
  /** Returns address and port as text. */
  toString(): string;
}

/** Another name for Netmask. */
declare class IPMask {
  /**
   * Makes a block.
   *
   * @param cidr An address and the length of its mask in bits, such as "10.0.0.0/8"; or that length alone, if the bytes follow.
   * @param bytes The 4 or 16 bytes of the address.
   */
  constructor(cidr: string | number, bytes?: Data | number[]);
  /** The first address of the block. */
  readonly base: string;
  /** The length of the mask in bits. */
  readonly bitmask: number;
  /** The last address of the block. */
  readonly broadcast: string;
  /** The first host address. */
  readonly first: string;
  /** The complement of the mask. */
  readonly hostmask: string;
  /** The address as it was given. */
  readonly ip: string;
  /** The last host address. */
  readonly last: string;
  /** The mask as an address. */
  readonly mask: string;
  /** The number of addresses in the block. */
  readonly size: number;
  /** 4 or 6. */
  readonly version: number;
  /**
   * Tells whether an address is in the block; malformed text is in none.
   *
   * @param ip The address.
   */
  contains(ip: string | IP): boolean;
  /** Returns the address in 4 bytes or 8 words of 16 bits. */
  decompose(): number[];
  /** Returns the host addresses one by one, from the first to the last, and then "". */
  next(): string;
  /** Returns the 4 or 16 bytes of the address. */
  toBytes(): number[];
  /** Returns the block in CIDR notation. */
  toString(): string;
}

/** Reads and writes JSON (RFC 8259). */
interface JSON {
  /**
   * Returns the value of a document in a Data. For what is not valid it throws; in a file that is
   * one expression it returns undefined.
   *
   * @param data The document.
   * @param reviver Called with the name, the value and the object around it for each member, innermost first; what it returns takes the place of the value, undefined removes it.
   */
  decode(data: string | Data, reviver?: (...args: any[]) => any): any;
  /**
   * Returns a value as JSON in a Data; undefined for what has no JSON.
   *
   * @param value What to write. Members that are undefined or functions are left out; NaN, infinite numbers, cycles and what is more than 100 levels deep become null.
   * @param replacer A function called with the name, the value and the object around it for each member, which returns what to write; or an array of the names of the members to write.
   * @param space Blanks per level, 10 at most, or the string to indent with; then each member is on a line of its own.
   */
  encode(value: any, replacer?: ((key: string, value: any, parent: any) => any) | string[], space?: number | string): Data | undefined;
  /**
   * Returns the value of a document in a string. For what is not valid it throws; in a file that is
   * one expression it returns undefined.
   *
   * @param text The document.
   * @param reviver Called with the name, the value and the object around it for each member, innermost first; what it returns takes the place of the value, undefined removes it.
   */
  parse(text: string | Data, reviver?: (...args: any[]) => any): any;
  /**
   * Returns a value as JSON; undefined for what has no JSON.
   *
   * @param value What to write. Members that are undefined or functions are left out; NaN, infinite numbers, cycles and what is more than 100 levels deep become null.
   * @param replacer A function called with the name, the value and the object around it for each member, which returns what to write; or an array of the names of the members to write.
   * @param space Blanks per level, 10 at most, or the string to indent with; then each member is on a line of its own.
   */
  stringify(value: any, replacer?: ((key: string, value: any, parent: any) => any) | string[], space?: number | string): string | undefined;
}

/**
 * Ports for the argument of .listen(): all of them run the pipeline that follows there, and they
 * may be changed at any time.
 */
declare class ListenerArray {
  /**
   * Makes a list of ports, which .listen() opens.
   *
   * @param ports Ports; for those with options of .listen() of their own, objects with these and `port`.
   * @param options Options of .listen() for ports that have none of their own.
   */
  constructor(ports?: any[], options?: object);
  /**
   * Adds a port, or changes the options of one.
   *
   * @param port A port, 'ip:port', '[ipv6]:port' or 'unix:/path'.
   * @param options Options of .listen().
   */
  add(port: any, options?: object): void;
  /**
   * Closes a port. Its connections go on.
   *
   * @param port A port, 'ip:port', '[ipv6]:port' or 'unix:/path'.
   * @param options Options of .listen().
   */
  remove(port: any, options?: object): void;
  /**
   * Replaces the ports. Those that stay keep their sockets.
   *
   * @param ports As for the constructor.
   */
  set(ports?: any[]): void;
}

/** Logs of scripts. */
declare namespace logging {
}

declare namespace logging {
  /**
   * A log of bytes: each record is its values, Data, strings and arrays of bytes, one behind the
   * other.
   */
  class BinaryLogger {
    /**
     * Makes a log without targets: its records are only kept for a while for the admin service.
     *
     * @param name The name of the log.
     */
    constructor(name: string);
    /**
     * How many records were dropped because the queue of a target was full, or the target was out of
     * order.
     */
    readonly dropped: number;
    /** The name of the log. */
    readonly name: string;
    /**
     * Writes a record. It never waits: what does not fit into the queue of a target is dropped.
     *
     * @param values What to write.
     */
    log(...values: any[]): void;
    /**
     * Adds a file as a target: a line for each record. Returns this log.
     *
     * @param path A path of the file system; it may be relative to the current directory.
     */
    toFile(path: string, options?: {
      /** Keep what is in the file. Default: true. */
      append?: boolean;
      /** The size above which a new file begins. 0 means no limit. Default: 0. */
      maxFileSize?: number | string;
      /** How many full files are kept. 0 keeps all. Default: 0. */
      maxFileCount?: number;
      /** The age at which a new file begins. 0 means never. Default: 0. */
      rotateInterval?: number | string;
    }): logging.BinaryLogger;
    /**
     * Adds an HTTP server as a target: each request has a batch of records as its body. Answers are
     * ignored; connections are tried again until they succeed. Returns this log.
     *
     * @param url Where to send requests to.
     */
    toHTTP(url: string, options?: {
      /** The method of the requests. Default: "POST". */
      method?: string;
      /** Header fields of the requests. The host comes from the URL unless it is here. */
      headers?: object;
      /**
       * How records become requests: size (1000) records at most, an incomplete batch after timeout (5)
       * seconds without a record or interval (5) seconds after the last batch; prefix, postfix and
       * separator go around and between the records.
       */
      batch?: object;
      /** How many bytes of records may wait. Default: "8m". */
      bufferLimit?: number | string;
      /**
       * For https: certificate, an object of cert and key, and trusted, an array of certificates; crypto
       * objects or texts in PEM. By default the system's certificates are trusted.
       */
      tls?: object;
    }): logging.BinaryLogger;
    /** Adds standard error as a target: a line for each record. Returns this log. */
    toStderr(): logging.BinaryLogger;
    /** Adds standard output as a target: a line for each record. Returns this log. */
    toStdout(): logging.BinaryLogger;
    /**
     * Adds the system's logger as a target. Returns this log.
     *
     * @param priority EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG. Default: "INFO".
     */
    toSyslog(priority?: string): logging.BinaryLogger;
  }
}

declare namespace logging {
  /** A log of JSON: each record is the JSON of its values, one behind the other. */
  class JSONLogger {
    /**
     * Makes a log without targets: its records are only kept for a while for the admin service.
     *
     * @param name The name of the log.
     */
    constructor(name: string);
    /**
     * How many records were dropped because the queue of a target was full, or the target was out of
     * order.
     */
    readonly dropped: number;
    /** The name of the log. */
    readonly name: string;
    /**
     * Writes a record. It never waits: what does not fit into the queue of a target is dropped.
     *
     * @param values What to write.
     */
    log(...values: any[]): void;
    /**
     * Adds a file as a target: a line for each record. Returns this log.
     *
     * @param path A path of the file system; it may be relative to the current directory.
     */
    toFile(path: string, options?: {
      /** Keep what is in the file. Default: true. */
      append?: boolean;
      /** The size above which a new file begins. 0 means no limit. Default: 0. */
      maxFileSize?: number | string;
      /** How many full files are kept. 0 keeps all. Default: 0. */
      maxFileCount?: number;
      /** The age at which a new file begins. 0 means never. Default: 0. */
      rotateInterval?: number | string;
    }): logging.JSONLogger;
    /**
     * Adds an HTTP server as a target: each request has a batch of records as its body. Answers are
     * ignored; connections are tried again until they succeed. Returns this log.
     *
     * @param url Where to send requests to.
     */
    toHTTP(url: string, options?: {
      /** The method of the requests. Default: "POST". */
      method?: string;
      /** Header fields of the requests. The host comes from the URL unless it is here. */
      headers?: object;
      /**
       * How records become requests: size (1000) records at most, an incomplete batch after timeout (5)
       * seconds without a record or interval (5) seconds after the last batch; prefix, postfix and
       * separator go around and between the records.
       */
      batch?: object;
      /** How many bytes of records may wait. Default: "8m". */
      bufferLimit?: number | string;
      /**
       * For https: certificate, an object of cert and key, and trusted, an array of certificates; crypto
       * objects or texts in PEM. By default the system's certificates are trusted.
       */
      tls?: object;
    }): logging.JSONLogger;
    /** Adds standard error as a target: a line for each record. Returns this log. */
    toStderr(): logging.JSONLogger;
    /** Adds standard output as a target: a line for each record. Returns this log. */
    toStdout(): logging.JSONLogger;
    /**
     * Adds the system's logger as a target. Returns this log.
     *
     * @param priority EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG. Default: "INFO".
     */
    toSyslog(priority?: string): logging.JSONLogger;
  }
}

declare namespace logging {
  /** A log of lines of text. Values are joined by blanks; objects are written as JSON. */
  class TextLogger {
    /**
     * Makes a log without targets: its records are only kept for a while for the admin service.
     *
     * @param name The name of the log.
     */
    constructor(name: string);
    /**
     * How many records were dropped because the queue of a target was full, or the target was out of
     * order.
     */
    readonly dropped: number;
    /** The name of the log. */
    readonly name: string;
    /**
     * Writes a record. It never waits: what does not fit into the queue of a target is dropped.
     *
     * @param values What to write.
     */
    log(...values: any[]): void;
    /**
     * Adds a file as a target: a line for each record. Returns this log.
     *
     * @param path A path of the file system; it may be relative to the current directory.
     */
    toFile(path: string, options?: {
      /** Keep what is in the file. Default: true. */
      append?: boolean;
      /** The size above which a new file begins. 0 means no limit. Default: 0. */
      maxFileSize?: number | string;
      /** How many full files are kept. 0 keeps all. Default: 0. */
      maxFileCount?: number;
      /** The age at which a new file begins. 0 means never. Default: 0. */
      rotateInterval?: number | string;
    }): logging.TextLogger;
    /**
     * Adds an HTTP server as a target: each request has a batch of records as its body. Answers are
     * ignored; connections are tried again until they succeed. Returns this log.
     *
     * @param url Where to send requests to.
     */
    toHTTP(url: string, options?: {
      /** The method of the requests. Default: "POST". */
      method?: string;
      /** Header fields of the requests. The host comes from the URL unless it is here. */
      headers?: object;
      /**
       * How records become requests: size (1000) records at most, an incomplete batch after timeout (5)
       * seconds without a record or interval (5) seconds after the last batch; prefix, postfix and
       * separator go around and between the records.
       */
      batch?: object;
      /** How many bytes of records may wait. Default: "8m". */
      bufferLimit?: number | string;
      /**
       * For https: certificate, an object of cert and key, and trusted, an array of certificates; crypto
       * objects or texts in PEM. By default the system's certificates are trusted.
       */
      tls?: object;
    }): logging.TextLogger;
    /** Adds standard error as a target: a line for each record. Returns this log. */
    toStderr(): logging.TextLogger;
    /** Adds standard output as a target: a line for each record. Returns this log. */
    toStdout(): logging.TextLogger;
    /**
     * Adds the system's logger as a target. Returns this log.
     *
     * @param priority EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG. Default: "INFO".
     */
    toSyslog(priority?: string): logging.TextLogger;
  }
}

/**
 * A whole message.
 *
 * It is not an event; where events are wanted it stands for a MessageStart with the head, a Data
 * with the body, if there is one, and a MessageEnd with the tail.
 */
declare class Message {
  /**
   * Makes a message: of nothing, of a body, of a head, of a head and a body, or of all parts. A
   * single argument is the body if it is a string or a Data, else the head.
   *
   * @param head What is known about the message, such as method, path, status and headers. It is shared by reference. In HTTP/1 its headerNames, which is not among its keys, has the spelling of the header names that are not in lower case, by their lower case; what is set there is how they go out.
   * @param body The body; what is no string and no Data is the payload.
   * @param tail What is known at the end: headers, which are the trailers, null if there are none; of messages decoded from HTTP/1 also headSize and bodySize, bytes on the wire with the framing of chunks.
   */
  constructor(head?: object | string | Data, body?: string | Data | any, tail?: object);
  /** The body; null when the message was made without one. */
  readonly body: Data | null;
  /**
   * What is known about the message, such as method, path, status and headers. It is shared by
   * reference. In HTTP/1 its headerNames, which is not among its keys, has the spelling of the
   * header names that are not in lower case, by their lower case; what is set there is how they go
   * out.
   */
  readonly head: any;
  /** The decoded body, for codecs that have one. */
  readonly payload: any;
  /**
   * What is known at the end: headers, which are the trailers, null if there are none; of messages
   * decoded from HTTP/1 also headSize and bodySize, bytes on the wire with the framing of chunks.
   */
  readonly tail: any;
  /** The name of the class. */
  readonly type: string;
}

/** The end of a message. */
declare class MessageEnd extends Event {
  /**
   * Makes the event.
   *
   * @param tail What is known at the end: headers, which are the trailers, null if there are none; of messages decoded from HTTP/1 also headSize and bodySize, bytes on the wire with the framing of chunks.
   * @param payload The decoded body, for codecs that have one.
   */
  constructor(tail?: object, payload?: any);
  /** The decoded body, for codecs that have one. */
  readonly payload: any;
  /**
   * What is known at the end: headers, which are the trailers, null if there are none; of messages
   * decoded from HTTP/1 also headSize and bodySize, bytes on the wire with the framing of chunks.
   */
  readonly tail: any;
  /** The name of the class. */
  readonly type: string;
}

/** The beginning of a message. */
declare class MessageStart extends Event {
  /**
   * Makes the event.
   *
   * @param head What is known about the message, such as method, path, status and headers. It is shared by reference. In HTTP/1 its headerNames, which is not among its keys, has the spelling of the header names that are not in lower case, by their lower case; what is set there is how they go out.
   */
  constructor(head?: object);
  /**
   * What is known about the message, such as method, path, status and headers. It is shared by
   * reference. In HTTP/1 its headerNames, which is not among its keys, has the spelling of the
   * header names that are not in lower case, by their lower case; what is set there is how they go
   * out.
   */
  readonly head: any;
  /** The name of the class. */
  readonly type: string;
}

/**
 * A block of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, 3.1). IPMask is another name for
 * it.
 */
declare class Netmask {
  /**
   * Makes a block.
   *
   * @param cidr An address and the length of its mask in bits, such as "10.0.0.0/8"; or that length alone, if the bytes follow.
   * @param bytes The 4 or 16 bytes of the address.
   */
  constructor(cidr: string | number, bytes?: Data | number[]);
  /** The first address of the block. */
  readonly base: string;
  /** The length of the mask in bits. */
  readonly bitmask: number;
  /** The last address of the block. */
  readonly broadcast: string;
  /** The first host address. */
  readonly first: string;
  /** The complement of the mask. */
  readonly hostmask: string;
  /** The address as it was given. */
  readonly ip: string;
  /** The last host address. */
  readonly last: string;
  /** The mask as an address. */
  readonly mask: string;
  /** The number of addresses in the block. */
  readonly size: number;
  /** 4 or 6. */
  readonly version: number;
  /**
   * Tells whether an address is in the block; malformed text is in none.
   *
   * @param ip The address.
   */
  contains(ip: string | IP): boolean;
  /** Returns the address in 4 bytes or 8 words of 16 bits. */
  decompose(): number[];
  /** Returns the host addresses one by one, from the first to the last, and then "". */
  next(): string;
  /** Returns the 4 or 16 bytes of the address. */
  toBytes(): number[];
  /** Returns the block in CIDR notation. */
  toString(): string;
}

/** Files, environment and processes of the operating system. */
declare namespace os {
  const env: any;
  const platform: string;
  /**
   * Returns the absolute form of a path.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function abspath(path: string): string;
  /**
   * Changes the current directory of the process. It throws when that is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function chdir(path: string): void;
  /** Returns the user's home directory. */
  function home(): string;
  /**
   * Sends a signal to a process. Tells whether that was possible.
   *
   * @param pid The number of the process.
   * @param signal The number of the signal or its name, such as "SIGTERM"; 0 only looks whether the process can be reached. Default: 0.
   */
  function kill(pid: number, signal?: number | string): boolean;
  /**
   * Returns the names of what is in a directory, those of directories with a slash at the end. It is
   * empty when there is no such directory.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function list(path: string): string[];
  /**
   * Makes a directory. It throws when that is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function mkdir(path: string, options?: {
    /** Make the directories above it, too; then it may be there already. Default: false. */
    recursive?: boolean;
  }): void;
  /**
   * Returns the content of a file. It throws when the file cannot be read.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function read(path: string): Data;
  /**
   * Returns the names of what is in a directory, those of directories with a slash at the end. It is
   * empty when there is no such directory.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function readDir(path: string): string[];
  /**
   * Returns the content of a file; null, and a line in the log, when it cannot be read.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function readFile(path: string): Data | null;
  /**
   * Renames a file or a directory. It throws when that is not possible.
   *
   * @param from A path of the file system; it may be relative to the current directory.
   * @param to The new path.
   */
  function rename(from: string, to: string): void;
  /**
   * Deletes a file, or a directory if recursive. It throws when that is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function rm(path: string, options?: {
    /** Delete what is in it, too. Default: false. */
    recursive?: boolean;
    /** Do not complain when there is nothing to delete. Default: false. */
    force?: boolean;
  }): void;
  /**
   * Deletes a directory. It throws when that is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function rmdir(path: string, options?: {
    /** Delete what is in it, too. Default: false. */
    recursive?: boolean;
    /** Do not complain when there is nothing to delete. Default: false. */
    force?: boolean;
  }): void;
  /**
   * Returns what is known about a file, following symbolic links; null when there is none.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function stat(path: string): Stats | null;
  /**
   * Deletes a file. Tells whether it was there and is gone.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   */
  function unlink(path: string): boolean;
  /**
   * Writes a file in place of an earlier one. It returns false, after a line in the log, when that
   * is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   * @param content The bytes.
   */
  function write(path: string, content: string | Data): boolean;
  /**
   * Writes a file in place of an earlier one. It returns false, after a line in the log, when that
   * is not possible.
   *
   * @param path A path of the file system; it may be relative to the current directory.
   * @param content The bytes.
   */
  function writeFile(path: string, content: string | Data): boolean;
}

/** Paths as text: nothing here looks at files. */
declare namespace os.path {
  /**
   * Returns the last part of a path.
   *
   * @param path The path.
   * @param suffix Left out at the end of the result.
   */
  function basename(path: string, suffix?: string): string;
  /**
   * Returns a path without its last part; "" when it has no slash.
   *
   * @param path The path.
   */
  function dirname(path: string): string;
  /**
   * Joins parts of a path with slashes, and removes "." and "..".
   *
   * @param parts Parts of a path.
   */
  function join(...parts: string[]): string;
  /**
   * Returns a path that begins with a slash, without "." and ".." and doubled slashes.
   *
   * @param path The path.
   */
  function normalize(path: string): string;
  /**
   * Returns the absolute path to which the parts lead, one from the other, from the current
   * directory.
   *
   * @param parts Parts of a path.
   */
  function resolve(...parts: string[]): string;
}

declare namespace os {
  /** What is known about a file. Times are seconds since 1970, with fractions. */
  class Stats {
    private constructor();
    /** When the file was read. */
    readonly atime: number;
    /** The block size for reading and writing in bytes. */
    readonly blksize: number;
    /** How many blocks of 512 bytes the file takes. */
    readonly blocks: number;
    /** When the content or the attributes were changed. */
    readonly ctime: number;
    /** The device that the file is on. */
    readonly dev: number;
    /** The group. */
    readonly gid: number;
    /** The number of the file on its device. */
    readonly ino: number;
    /** Kind and permissions. */
    readonly mode: number;
    /** When the content was changed. */
    readonly mtime: number;
    /** How many names the file has. */
    readonly nlink: number;
    /** The device that a device file stands for. */
    readonly rdev: number;
    /** The number of bytes. */
    readonly size: number;
    /** The owner. */
    readonly uid: number;
    /** Tells whether it is a block device. */
    isBlockDevice(): boolean;
    /** Tells whether it is a character device. */
    isCharacterDevice(): boolean;
    /** Tells whether it is a directory. */
    isDirectory(): boolean;
    /** Tells whether it is a named pipe. */
    isFIFO(): boolean;
    /** Tells whether it is a regular file. */
    isFile(): boolean;
    /** Tells whether it is a socket. */
    isSocket(): boolean;
    /** Tells whether it is a symbolic link; never, because links are followed. */
    isSymbolicLink(): boolean;
  }
}

/**
 * A connection that connect makes.
 *
 * The callback of connect's option onState gets it, and that of pipy.outbound.forEach.
 */
declare class Outbound {
  private constructor();
  /** Our IP address; empty without a connection. */
  readonly localAddress: string;
  /** Our port; 0 without a connection. */
  readonly localPort: number;
  /** The server's IP address; empty without a connection. */
  readonly remoteAddress: string;
  /** The server's port; 0 without a connection. */
  readonly remotePort: number;
  /** One of open, resolving, connecting, connected, idle (before another attempt) or closed. */
  readonly state: string;
  /** Drops the connection. The stream does not end by it, but with what goes in: at a StreamEnd. */
  close(): void;
}

declare namespace pipeline {
  /**
   * A place where streams meet.
   *
   * Filters swap join it. A hub belongs to the worker that made it: streams of other workers do not
   * come there.
   */
  class Hub {
    /** Makes a hub. */
    constructor();
  }
}

/** A pipeline that was described by a function and can be used in many places. */
declare class PipelineTemplate {
  private constructor();
  /**
   * Starts the pipeline in a new context and feeds it. The promise gets the result of onEnd when the
   * pipeline has output StreamEnd and ended.
   *
   * @param events An event, a Message, an array of those, or a promise of it. Or a function that returns one of these each time it is called: it is called again until it returns something else, such as false; for undefined it is only called again.
   */
  process(events: any): Promise<any>;
  /**
   * Starts the pipeline in a new context. The promise gets the result of onEnd when the pipeline has
   * output StreamEnd and ended.
   *
   * @param args What onStart gets.
   */
  spawn(...args: any[]): Promise<any>;
}

/**
 * The program. Called as a function, pipy(variables?) starts the description of a module: the
 * members of the object, or of the object that a function returns, are the module's context
 * variables and their initial values.
 *
 * pipy.argv is an array of the program's name and the script's arguments, pipy.pid the number of
 * the process, pipy.name what --instance-name says, and pipy.thread has the id of this worker,
 * from 0, and the concurrency, which is how many workers there are.
 */
declare namespace pipy {
  const name: any;
  const since: number;
  const source: any;
  const uuid: any;
  const version: any;
  /**
   * Runs a program and returns what it wrote to its standard output. The worker does nothing else
   * meanwhile; see the filter exec for programs that take their time. It throws when the program
   * cannot be run.
   *
   * @param command The program and its arguments: a string, which is split at blanks outside of quotes, or an array. No shell is involved.
   */
  function exec(command: string | string[], options?: {
    /** The environment of the program; our own when it is empty. */
    env?: object;
    /** What the program reads from its standard input. */
    stdin?: string | Data;
    /** Adds what the program writes to its standard error output to the result. Default: false. */
    stderr?: boolean;
    /**
     * How long the program may take before it is killed, and the call throws. 0 waits forever.
     * Default: 0.
     */
    timeout?: number | string;
    /**
     * Called with the exit status, and a Data of what was written to the standard error output unless
     * that is in the result, before the call returns. A program that was ended by a signal has 128 and
     * the number of the signal.
     */
    onExit?: (code: number, stderr?: Data) => void;
  }): Data;
  /**
   * Ends the process in good order; or registers a function to be called when that happens, also by
   * a signal. The function may return a promise: then the end waits for it, up to
   * --shutdown-timeout. It is not called when the process ends because nothing is left to do.
   *
   * @param code The exit status, 0 by default; or the function.
   */
  function exit(code?: number | (() => any)): void;
  /**
   * Calls a function in a copy of the current context and returns what it returns: what it, and what
   * it leads to later, does to context variables is not seen here.
   *
   * @param function_ The function.
   */
  function fork(function_: (...args: any[]) => any): any;
  /**
   * Returns the names of all files below a folder of the codebase, relative to it.
   *
   * @param path A folder in the codebase. Default: "/".
   */
  function list(path?: string): string[];
  /**
   * Opens a port, or changes what runs for its new connections.
   *
   * @param address A port, 'ip:port', '[ipv6]:port' or 'unix:/path'.
   * @param args The protocol 'tcp' or 'udp' and the options of .listen(), which may be left out, and the pipeline for each connection; null closes the port.
   */
  function listen(address: any, ...args: (string | object | (($: Configuration) => void) | null)[]): void;
  /**
   * Returns a file of the codebase, null when there is none.
   *
   * @param path A path in the codebase.
   */
  function load(path: string): Data | null;
  /**
   * Makes the files of a local folder those below a path of the codebase, for all workers, until a
   * version is loaded anew. They are read when they are asked for, so changes of them are seen. No
   * path leads out of the folder, but for symbolic links in it.
   *
   * @param path A path in the codebase where nothing is yet but a folder that was mounted before, which is replaced. It throws when there is something else, or when the path has '..' in it or lies in another mount.
   * @param directory A folder of the file system, relative to the working directory.
   */
  function mount(path: string, directory: string): void;
  /** Returns the milliseconds since the process began, with fractions. */
  function now(): number;
  /**
   * Puts a file over the codebase: whatever reads that file from now on, in any worker, reads this.
   * Modules that have been loaded stay as they are, and nothing is written to where the codebase
   * comes from. It lasts until a version is loaded anew, or until it is taken back.
   *
   * @param path A path in the codebase; there need not be a file yet. It throws when the path has '..' in it, is that of a folder, or leads through a file.
   * @param content What is in the file; null takes the patch back.
   */
  function patch(path: string, content: string | Data | null): void;
  /**
   * Starts a pipeline in a new context and feeds it with a file, as Data and a StreamEnd. The
   * promise gets the result of onEnd when the pipeline has output StreamEnd and ended; it is
   * rejected when the file cannot be opened. A file that cannot be read to its end ends the input
   * with ReadError.
   *
   * @param filename The file's name; '-' is the standard input.
   * @param pipeline The pipeline, or a function that builds it.
   * @param arg What onStart gets.
   */
  function read(filename: string, pipeline: PipelineTemplate | (($: Configuration) => void), ...arg: (any)[]): Promise<any>;
  /** Loads the codebase anew, as SIGHUP does. */
  function restart(): void;
  /**
   * Evaluates a file of the codebase as one expression and returns its value, which is computed
   * once.
   *
   * @param path A path in the codebase.
   */
  function solve(path: string): any;
  /**
   * Takes back what pipy.mount did at a path, with all patches in there. Where nothing is mounted it
   * does nothing: another worker may have been first.
   *
   * @param path The path. It throws when that has '..' in it.
   */
  function unmount(path: string): void;
  /**
   * Waits for a change of a file of the codebase, or, if the path ends with a slash, of any file
   * below a folder. The promise gets the names of what changed, appeared or went away, once.
   *
   * @param path A path in the codebase.
   */
  function watch(path: string): Promise<string[]>;
}

declare namespace pipy {
  /**
   * Evaluates a file of the codebase as a module, once, and returns an object with its exports.
   *
   * @param path A path in the codebase; the ending .js may be left out.
   */
  function _import(path: string): any;
  export { _import as import };
}

/**
 * The connections of this worker that ports have accepted, and the peers of its UDP ports.
 *
 * count is how many there are now.
 */
declare namespace pipy.inbound {
  const count: number;
  /**
   * Calls a function with each of them.
   *
   * @param callback The function.
   */
  function forEach(callback: (connection: Inbound) => void): void;
}

/**
 * The connections of this worker that filters connect have made.
 *
 * count is how many there are now.
 */
declare namespace pipy.outbound {
  const count: number;
  /**
   * Calls a function with each of them.
   *
   * @param callback The function.
   */
  function forEach(callback: (connection: Outbound) => void): void;
}

/** A clock for measuring. */
declare namespace pipy.performance {
  const timeOrigin: number;
  /** Returns the milliseconds since timeOrigin, with fractions. */
  function now(): number;
}

/**
 * Reads and writes messages of Protocol Buffers without their schema: the type of a field is told
 * by the method that reads it. The order of fields and those that nobody asks for are kept.
 */
declare namespace protobuf {
  /**
   * Returns the message in a Data. It throws if that is not valid.
   *
   * @param data The bytes.
   */
  function decode(data: Data): protobuf.Message;
  /**
   * Returns a message as bytes.
   *
   * @param message The message.
   */
  function encode(message: protobuf.Message): Data;
}

declare namespace protobuf {
  /**
   * A message of Protocol Buffers without its schema. Integers of 64 bits are numbers, or BigInt
   * beyond 2^53; to set one beyond, a string of digits does.
   */
  class Message {
    /** Makes an empty message. */
    constructor();
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getBool(field: number): boolean | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getBoolArray(field: number): boolean[];
    /**
     * Returns the last value of a field of this type. It throws if that is not valid.
     *
     * @param field The number of the field.
     */
    getBytes(field: number): Data | undefined;
    /**
     * Returns all values of a repeated field of this type. It throws if one is not valid.
     *
     * @param field The number of the field.
     */
    getBytesArray(field: number): Data[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getDouble(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getDoubleArray(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getFixed32(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getFixed32Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getFixed64(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getFixed64Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getFloat(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getFloatArray(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getInt32(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getInt32Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getInt64(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getInt64Array(field: number): number[];
    /**
     * Returns the last value of a field of this type. It throws if that is not valid.
     *
     * @param field The number of the field.
     */
    getMessage(field: number): protobuf.Message | undefined;
    /**
     * Returns all values of a repeated field of this type. It throws if one is not valid.
     *
     * @param field The number of the field.
     */
    getMessageArray(field: number): protobuf.Message[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getSfixed32(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getSfixed32Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getSfixed64(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getSfixed64Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getSint32(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getSint32Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getSint64(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getSint64Array(field: number): number[];
    /**
     * Returns the last value of a field of this type. It throws if that is not valid.
     *
     * @param field The number of the field.
     */
    getString(field: number): string | undefined;
    /**
     * Returns all values of a repeated field of this type. It throws if one is not valid.
     *
     * @param field The number of the field.
     */
    getStringArray(field: number): string[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getUint32(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getUint32Array(field: number): number[];
    /**
     * Returns the last value of a field of this type.
     *
     * @param field The number of the field.
     */
    getUint64(field: number): number | undefined;
    /**
     * Returns all values of a repeated field of this type, packed or not.
     *
     * @param field The number of the field.
     */
    getUint64Array(field: number): number[];
    /**
     * Returns how the last field of a number is written: "VARINT", "I32", "I64", "LEN", or "" when
     * there is none.
     *
     * @param field The number of the field.
     */
    getWireType(field: number): string;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setBool(field: number, value: boolean): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setBoolArray(field: number, values: boolean[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setBytes(field: number, value: Data): protobuf.Message;
    /**
     * Sets a repeated field of this type.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setBytesArray(field: number, values: Data[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setDouble(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setDoubleArray(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setFixed32(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setFixed32Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setFixed64(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setFixed64Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setFloat(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setFloatArray(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setInt32(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setInt32Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setInt64(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setInt64Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setMessage(field: number, value: protobuf.Message): protobuf.Message;
    /**
     * Sets a repeated field of this type.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setMessageArray(field: number, values: protobuf.Message[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setSfixed32(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setSfixed32Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setSfixed64(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setSfixed64Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setSint32(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setSint32Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setSint64(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setSint64Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setString(field: number, value: string): protobuf.Message;
    /**
     * Sets a repeated field of this type.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setStringArray(field: number, values: string[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setUint32(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setUint32Array(field: number, values: number[]): protobuf.Message;
    /**
     * Sets a field of this type.
     *
     * @param field The number of the field.
     * @param value The value.
     */
    setUint64(field: number, value: number): protobuf.Message;
    /**
     * Sets a repeated field of this type; it is packed.
     *
     * @param field The number of the field.
     * @param values The values.
     */
    setUint64Array(field: number, values: number[]): protobuf.Message;
  }
}

/**
 * What a header of the PROXY protocol says about a connection.
 *
 * The callback of acceptProxyProtocol gets it, and connectProxyProtocol takes it.
 */
declare class ProxyProtocolHeader {
  private constructor();
  /** 'PROXY', or 'LOCAL' when the proxy itself opened the connection; undefined in version 1. */
  readonly command: string;
  /** 'TCP4', 'TCP6', 'UDP4', 'UDP6', 'UNIX', 'UNIX_DGRAM' or 'UNKNOWN'. */
  readonly protocol: string;
  /**
   * Where the connection comes from: an IP address or the path of a Unix socket; undefined when that
   * is unknown.
   */
  readonly sourceAddress: string;
  /** The port of the source; undefined when there is none. */
  readonly sourcePort: number;
  /** Where the connection was made to, in the same way. */
  readonly targetAddress: string;
  /** The port of the target; undefined when there is none. */
  readonly targetPort: number;
  /** Further facts in version 2; undefined in version 1. */
  readonly tlvs: ProxyProtocolTLV[];
  /** 1 or 2. */
  readonly version: number;
}

/**
 * A fact in a header of the PROXY protocol, version 2.
 *
 * The types are listed in the specification of the protocol: 1 is ALPN, 2 the authority, 5 a
 * unique ID, 32 TLS.
 */
declare class ProxyProtocolTLV {
  private constructor();
  /** Its type, 0 to 255. */
  readonly type: number;
  /** Its bytes. */
  readonly value: Data;
}

/**
 * Reads and writes values of the Redis protocol (RESP2). Simple strings are strings, errors are
 * Error objects, integers are numbers (a BigInt beyond 2^53), bulk strings are Data, arrays are
 * arrays; null stands for the bulk string and the array that do not exist.
 */
declare namespace RESP {
  /**
   * Returns the values in a Data. It throws if they are not valid, or not complete.
   *
   * @param data The bytes.
   */
  function decode(data: Data): any[];
  /**
   * Returns a value as bytes. A number is cut off to an integer; what has no form of its own becomes
   * a simple string.
   *
   * @param value The value.
   */
  function encode(value: any): Data;
}

/**
 * What a client of a SOCKS proxy asks for.
 *
 * The callback of acceptSOCKS gets it.
 */
declare class SOCKSRequest {
  private constructor();
  /** The domain name; undefined when there is an IP address. */
  readonly domain: string;
  /** The domain name or the IP address. */
  readonly host: string;
  /** The user name of SOCKS 4; undefined in SOCKS 5. */
  readonly id: string;
  /** The IP address; undefined when there is a domain name. */
  readonly ip: string;
  /** The port. */
  readonly port: number;
  /** The user name of SOCKS 5, if clients have to send one. */
  readonly user: string;
  /** 4 or 5. */
  readonly version: number;
  /** Returns the host. */
  toString(): string;
}

/** Numbers for operators, read at the admin port. */
declare namespace stats {
  /**
   * Adds up metrics over all workers. The promise gets an object of metrics by their names, with the
   * numbers of one moment; names that are not known are not in it. A metric that differs from worker
   * to worker, in its type, labels or buckets, rejects it.
   *
   * @param names The names of the metrics. All, if it is left out.
   */
  function sum(names?: string | string[]): Promise<object>;
}

declare namespace stats {
  /** A number that only grows. */
  class Counter {
    /**
     * Makes a counter.
     *
     * @param name The name of the metric. A metric of the same name is replaced.
     * @param labels The names of its labels. What Prometheus does not take in them, such as a dot, becomes an underscore.
     */
    constructor(name: string, labels?: string[]);
    /** How many labels are without a value here. */
    readonly dimensions: number;
    /** The last label value of this metric; "" when it has none. */
    readonly label: string;
    /** The name of the metric. */
    readonly name: string;
    /** "counter", "gauge" or "histogram". */
    readonly type: string;
    /** The number; of a histogram the counts of its buckets, the count of all samples and their sum. */
    readonly value: number | number[];
    /** Drops the metrics with more label values. */
    clear(): void;
    /**
     * Adds a number, which must not be negative. Returns this metric.
     *
     * @param number The number. Default: 1.
     */
    increase(number?: number): stats.Counter;
    /** Returns the metrics with one more label value. */
    submetrics(): stats.Counter[];
    /** Returns the value. */
    valueOf(): number | number[];
    /**
     * Returns the metric for the given values of the labels that follow; null when no label is left.
     *
     * @param values The values of the labels.
     */
    withLabels(...values: string[]): stats.Counter | null;
    /** Goes back to zero. */
    zero(): void;
  }
}

declare namespace stats {
  /** A number that goes up and down. */
  class Gauge {
    /**
     * Makes a gauge.
     *
     * @param name The name of the metric. A metric of the same name is replaced.
     * @param labels The names of its labels. What Prometheus does not take in them, such as a dot, becomes an underscore.
     * @param onCollect Called with the gauge before it is read, so that it can be set.
     */
    constructor(name: string, labels?: string[], onCollect?: (gauge: stats.Gauge) => void);
    /** How many labels are without a value here. */
    readonly dimensions: number;
    /** The last label value of this metric; "" when it has none. */
    readonly label: string;
    /** The name of the metric. */
    readonly name: string;
    /** "counter", "gauge" or "histogram". */
    readonly type: string;
    /** The number; of a histogram the counts of its buckets, the count of all samples and their sum. */
    readonly value: number | number[];
    /** Drops the metrics with more label values. */
    clear(): void;
    /**
     * Subtracts a number. Returns this metric.
     *
     * @param number The number. Default: 1.
     */
    decrease(number?: number): stats.Gauge;
    /**
     * Adds a number. Returns this metric.
     *
     * @param number The number. Default: 1.
     */
    increase(number?: number): stats.Gauge;
    /**
     * Sets the gauge. Returns this metric.
     *
     * @param number The number.
     */
    set(number: number): stats.Gauge;
    /** Returns the metrics with one more label value. */
    submetrics(): stats.Gauge[];
    /** Returns the value. */
    valueOf(): number | number[];
    /**
     * Returns the metric for the given values of the labels that follow; null when no label is left.
     *
     * @param values The values of the labels.
     */
    withLabels(...values: string[]): stats.Gauge | null;
    /** Goes back to zero. */
    zero(): void;
  }
}

declare namespace stats {
  /** Counts samples in buckets. */
  class Histogram {
    /**
     * Makes a histogram.
     *
     * @param name The name of the metric. A metric of the same name is replaced.
     * @param buckets The upper limits of the buckets, which count samples up to them.
     * @param labels The names of its labels. What Prometheus does not take in them, such as a dot, becomes an underscore.
     */
    constructor(name: string, buckets: number[], labels?: string[]);
    /** How many labels are without a value here. */
    readonly dimensions: number;
    /** The last label value of this metric; "" when it has none. */
    readonly label: string;
    /** The name of the metric. */
    readonly name: string;
    /** Estimates below which value a share of the samples lies. */
    readonly percentile: algo.Percentile;
    /** "counter", "gauge" or "histogram". */
    readonly type: string;
    /** The number; of a histogram the counts of its buckets, the count of all samples and their sum. */
    readonly value: number | number[];
    /** Drops the metrics with more label values. */
    clear(): void;
    /**
     * Counts a sample. Returns this metric.
     *
     * @param number The number.
     */
    observe(number: number): stats.Histogram;
    /** Returns the metrics with one more label value. */
    submetrics(): stats.Histogram[];
    /** Returns the value. */
    valueOf(): number | number[];
    /**
     * Returns the metric for the given values of the labels that follow; null when no label is left.
     *
     * @param values The values of the labels.
     */
    withLabels(...values: string[]): stats.Histogram | null;
    /** Goes back to zero. */
    zero(): void;
  }
}

/** The end of a stream: the last event of a pipeline. */
declare class StreamEnd extends Event {
  /**
   * Makes the event.
   *
   * @param error The name of an error, or any other value, which makes the error a RuntimeError. Without it the stream ends in good order. The names are UnknownError, RuntimeError, ReadError, WriteError, CannotResolve, ConnectionAborted, ConnectionCanceled, ConnectionReset, ConnectionRefused, ConnectionTimeout, ReadTimeout, WriteTimeout, IdleTimeout, Unauthorized, BufferOverflow, ProtocolError and Replay. Sent to a client that was sent nothing yet, ConnectionReset resets its TCP connection: at the first bytes that the client sends, or after a second. After the other errors, and behind output, the connection ends in an orderly way.
   */
  constructor(error?: string | any);
  /**
   * The name of the error, or the value that a script gave for it or threw, or an Error when a
   * filter cannot go on for a reason that has no name; "" when the stream ended in good order.
   */
  readonly error: any;
  /** The name of the class. */
  readonly type: string;
}

/**
 * Reads and writes messages with which a client finds the address that others see it with (RFC
 * 8489).
 *
 * A message is { type, transactionId } with what it has of mappedAddress, { ip, port, family },
 * where family is IPv4 or IPv6; of error, { code, reason }; and of attributes, an array of { type,
 * data } with all others. The types are BindingRequest, BindingIndication, BindingResponse and
 * BindingErrorResponse; transactionId is a Data of 12 random bytes.
 */
declare namespace STUN {
  /**
   * Returns the message in a Data. It throws if it is not valid or not complete, or has a wrong
   * fingerprint. Nobody looks into MESSAGE-INTEGRITY.
   *
   * @param data The bytes of the datagram.
   */
  function decode(data: Data): object;
  /**
   * Returns a message as bytes. It throws when something does not fit.
   *
   * @param message The message. The family of mappedAddress follows from its ip.
   */
  function encode(message: object): Data;
}

/**
 * A hub for two streams, which are connected back to back.
 *
 * A third stream ends with an error, even when the others are over.
 */
declare class Swap {
  /** Makes a hub for two. */
  constructor();
}

/** A timer that starts when it is made. */
declare class Timeout {
  /**
   * Starts a timer.
   *
   * @param duration How long it takes.
   */
  constructor(duration: number | string);
  /** Stops the timer. Nothing happens when the time is over. */
  cancel(): void;
  /**
   * Starts the timer anew and returns it. Those who wait go on waiting.
   *
   * @param duration How long it takes; as long as the last time when it is left out.
   */
  restart(duration?: number | string): Timeout;
  /**
   * Returns a promise that is fulfilled with this Timeout when the time is over, and rejected with
   * it when it is cancelled.
   */
  wait(): Promise<Timeout>;
}

/**
 * A TLS connection
 *
 * The callbacks handshake and onState of acceptTLS and connectTLS get it.
 */
declare class TLSSession {
  private constructor();
  /** Another name of protocol. */
  readonly alpn: string;
  /** Why the connection was closed; empty for an orderly end. */
  readonly error: string;
  /** The name of the server that the client asked for by SNI. */
  readonly hostname: string;
  /** The certificate of the peer; undefined when it sent none. */
  readonly peer: crypto.Certificate;
  /** The protocol that was agreed on by ALPN; empty when there is none. */
  readonly protocol: string;
  /** One of 'handshake', 'connected' and 'closed'. */
  readonly state: string;
}

/** A URL taken apart (RFC 3986). It does not change. */
declare class URL {
  /**
   * Takes a URL apart.
   *
   * @param url The URL; it may be relative if there is a base, and a path that begins with a slash without one.
   * @param base An absolute URL.
   */
  constructor(url: string, base?: string | URL);
  /** User name and password, joined by a colon. */
  readonly auth: string;
  /** The fragment, with its number sign. */
  readonly hash: string;
  /** Host name and port; the latter only when the URL has it. */
  readonly host: string;
  /** The host name. */
  readonly hostname: string;
  /** The whole URL. */
  readonly href: string;
  /** Scheme, host name and port. */
  readonly origin: string;
  /** The password. */
  readonly password: string;
  /** The path with the query. */
  readonly path: string;
  /** The path without the query. */
  readonly pathname: string;
  /** The port; when the URL has none, the one that is usual for its scheme. */
  readonly port: string;
  /** The scheme in lower case, with a colon; http: for a path. */
  readonly protocol: string;
  /** The query without its question mark. */
  readonly query: string;
  /** The query with its question mark. */
  readonly search: string;
  /** The query taken apart. */
  readonly searchParams: URLSearchParams;
  /** The user name. */
  readonly username: string;
  /**
   * Undoes encode: percent-encoded characters that separate the parts of a URL stay as they are.
   *
   * @param text The text.
   */
  static decode(text: string): string;
  /**
   * Decodes all percent-encoded characters. What is no valid encoding stays as it is.
   *
   * @param text The text.
   */
  static decodeComponent(text: string): string;
  /**
   * Percent-encodes what may not stand in a URL.
   *
   * @param text The text.
   */
  static encode(text: string): string;
  /**
   * Percent-encodes what may not stand in a part of a URL.
   *
   * @param text The text.
   */
  static encodeComponent(text: string): string;
  /** Returns the whole URL. */
  toString(): string;
}

/** The query of a URL taken apart: names and values in their order. A plus sign is not a blank. */
declare class URLSearchParams {
  /**
   * Takes a query apart, or makes one of an object.
   *
   * @param query A query, with or without its question mark, or an object of strings and arrays of strings.
   */
  constructor(query?: string | object);
  /**
   * Returns the first value of a name; null when there is none.
   *
   * @param name The name of a parameter.
   */
  get(name: string): string | null;
  /**
   * Returns all values of a name.
   *
   * @param name The name of a parameter.
   */
  getAll(name: string): string[];
  /**
   * Replaces the values of a name.
   *
   * @param name The name of a parameter.
   * @param value The new value; an array makes several, null and undefined none.
   */
  set(name: string, value: string | string[] | null): void;
  /** Returns the values by name: a string, or an array for a name that is repeated. */
  toObject(): object;
  /** Returns the query, percent-encoded, without a question mark. */
  toString(): string;
}

/**
 * Reads and writes XML (XML 1.0). Names keep their prefixes; entities other than the predefined
 * ones are not known.
 */
declare namespace XML {
  /**
   * Returns a document: a node without a name whose only child is the root element; null when it is
   * not valid. Comments, processing instructions and text that is blank are left out.
   *
   * @param data The document.
   */
  function decode(data: Data | string): XML.Node | null;
  /**
   * Returns a document as XML. It is a node with exactly one element among its children, else the
   * result is empty. Text with < > or & is put into CDATA sections.
   *
   * @param document The document.
   * @param space Blanks per level, 10 at most; then each element is on a line of its own, unless there is text beside it.
   */
  function encode(document?: XML.Node, space?: number): Data;
  /**
   * Returns a document: a node without a name whose only child is the root element; null when it is
   * not valid. Comments, processing instructions and text that is blank are left out.
   *
   * @param text The document.
   */
  function parse(text: string | Data): XML.Node | null;
  /**
   * Returns a document as XML. It is a node with exactly one element among its children, else the
   * result is empty. Text with < > or & is put into CDATA sections.
   *
   * @param document The document.
   * @param space Blanks per level, 10 at most; then each element is on a line of its own, unless there is text beside it.
   */
  function stringify(document?: XML.Node, space?: number): string;
}

declare namespace XML {
  /** An element of an XML document. */
  class Node {
    /**
     * Makes an element.
     *
     * @param name Its name; empty for a document.
     * @param attributes The values of its attributes by their names.
     * @param children An array of nodes and strings.
     */
    constructor(name: string, attributes?: object, children?: (XML.Node | string)[]);
    /** The values of its attributes by their names; null when it has none. */
    readonly attributes: Record<string, string> | null;
    /** What is in it: elements and text. */
    readonly children: (XML.Node | string)[];
    /** Its name; empty for a document. */
    readonly name: string;
  }
}

/** Reads and writes YAML (YAML 1.2). */
declare namespace YAML {
  /**
   * Returns the value of a document: mappings are objects, sequences are arrays, and every scalar is
   * a string, as it was written. Of several documents it is the last. It throws if the text is not
   * valid.
   *
   * @param data The document.
   */
  function decode(data: Data | string, options?: {
    /** Numbers, booleans and null are what they look like, not strings. Default: false. */
    typed?: boolean;
  }): any;
  /**
   * Returns a value as YAML. Members that are undefined are left out.
   *
   * @param value The value.
   */
  function encode(value: any): Data;
  /**
   * Returns the value of a document: mappings are objects, sequences are arrays, and every scalar is
   * a string, as it was written. Of several documents it is the last. It throws if the text is not
   * valid.
   *
   * @param text The document.
   */
  function parse(text: string | Data, options?: {
    /** Numbers, booleans and null are what they look like, not strings. Default: false. */
    typed?: boolean;
  }): any;
  /**
   * Returns a value as YAML. Members that are undefined are left out.
   *
   * @param value The value.
   */
  function stringify(value: any): string;
}

/**
 * Compresses and decompresses Data in memory. A stream, or a body that may be large, is better
 * given to the filters.
 */
declare namespace zlib {
  /**
   * Returns data in the zlib format (RFC 1950). Null stays null.
   *
   * @param data A Data or a string.
   */
  function deflate(data?: Data | string | null): Data | null;
  /**
   * Returns what was compressed by gzip. It throws if that is not valid, or becomes more than 256
   * MB. Null stays null.
   *
   * @param data A Data or a string.
   */
  function gunzip(data?: Data | string | null): Data | null;
  /**
   * Returns data in the gzip format (RFC 1952). Null stays null.
   *
   * @param data A Data or a string.
   */
  function gzip(data?: Data | string | null): Data | null;
  /**
   * Returns what was compressed by deflate; raw deflate and gzip are understood too. It throws if
   * that is not valid, or becomes more than 256 MB. Null stays null.
   *
   * @param data A Data or a string.
   */
  function inflate(data?: Data | string | null): Data | null;
}
