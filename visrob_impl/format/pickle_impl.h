/* format/pickle_impl.h: Python pickles as data, without executing anything.
 *
 * A pickle is a program that can call any function of Python. Here it becomes a tree of values: a name that Python would
 * look up is a value, and a call is an object with the name and the arguments. Nothing is called. The reader of the tree
 * decides what a name means (format/torchzip.c has the list for checkpoints); `globals` lists all names in the pickle.
 *
 * Protocols 2 to 5 are read: the defaults of Python 2 and 3, numpy and PyTorch. */
#ifndef VISROB_FORMAT_PICKLE_IMPL_H
#define VISROB_FORMAT_PICKLE_IMPL_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrp_pickle_kind {
    VRP_PICKLE_NONE,
    VRP_PICKLE_BOOL,       /* integer: 0 or 1 */
    VRP_PICKLE_INT,        /* integer */
    VRP_PICKLE_LONG,       /* bytes: an integer of more than 64 bits, little endian, two's complement */
    VRP_PICKLE_FLOAT,      /* number */
    VRP_PICKLE_TEXT,       /* bytes, not terminated by a 0; UTF-8, which is not verified */
    VRP_PICKLE_BYTES,      /* bytes */
    VRP_PICKLE_LIST,       /* node: items */
    VRP_PICKLE_TUPLE,      /* node: items */
    VRP_PICKLE_SET,        /* node: items */
    VRP_PICKLE_DICT,       /* node: items, keys and values alternating, in the order of insertion */
    VRP_PICKLE_GLOBAL,     /* bytes: "module name", separated by one space */
    VRP_PICKLE_OBJECT,     /* node: callable, arguments, state; items as in a dict */
    VRP_PICKLE_PERSISTENT, /* node: items[0] is the id of an object stored outside of the pickle */
    VRP_PICKLE_MARK        /* never in a finished tree */
} vrp_pickle_kind;

/* One value, passed by value; a node may be shared by several values and may contain itself. */
typedef struct vrp_pickle_value {
    vrp_pickle_kind kind;
    int32_t bytes; /* the size of `text` */
    int64_t at;    /* the byte of the pickle that created it */
    union {
        int64_t integer;
        double number;
        const char *text; /* points into the pickle */
        struct vrp_pickle_node *node;
    };
} vrp_pickle_value;

typedef struct vrp_pickle_node {
    vrp_pickle_value *items;
    int64_t count, capacity;
    vrp_pickle_value callable, args, state; /* of an object; args is a tuple, state may be NONE */
} vrp_pickle_node;

typedef struct vrp_pickle {
    vrp_pickle_value root;
    int64_t size;                            /* bytes of the pickle; others may follow it */
    vrp_pickle_value *globals, *persistents; /* all of them, in order, also those that are not in the tree */
    vrp_pickle_value
        *plain; /* the names that were called with one number or string, as the members of an Enum are */
    int64_t global_count, persistent_count, plain_count;
} vrp_pickle;

/* Reads one pickle at the start of `bytes`, which has to outlive the tree.
 * Notes:   `path` is for messages; `at` is added to the byte positions in them. Memory is bounded by 300 times the size.
 * Errors:  VR_ERR_FORMAT and VR_ERR_UNSUPPORTED (an opcode of protocol 0 or of extensions) naming path and byte;
 *          *pickle = {0}. */
VR_API bool vrp_pickle_parse(vr_arena *arena, vrp_pickle *pickle, vr_bytes bytes, const char *path,
                             int64_t at, vr_err *err);

/* True for a BOOL, INT, FLOAT or TEXT. */
VR_API bool vrp_pickle_scalar(vrp_pickle_value v);

/* True for TEXT or a GLOBAL ("collections OrderedDict") equal to `text`. */
VR_API bool vrp_pickle_is(vrp_pickle_value v, const char *text);

#ifdef __cplusplus
}
#endif
#endif
