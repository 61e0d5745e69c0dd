/* format/pickle.h: Python pickles as data, without executing anything.
 *
 * A pickle is a program that may call any function of Python. Here it becomes a tree of values: where Python
 * would look up a name, the tree has the name; where Python would call it, the tree has the name and the
 * arguments. Nothing is ever called. What a name means is for the reader of the tree to know, by a list of its own
 * (format/torchzip has the one for checkpoints), and `globals` lists all names that the pickle mentions, so that none goes unnoticed.
 *
 * Protocols 2 to 5 are read: what Python 2 and 3, numpy and PyTorch write unless told otherwise. */
#ifndef VISROB_FORMAT_PICKLE_H
#define VISROB_FORMAT_PICKLE_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef enum vr_pickle_kind {
    VR_PICKLE_NONE,
    VR_PICKLE_BOOL,       /* integer: 0 or 1 */
    VR_PICKLE_INT,        /* integer */
    VR_PICKLE_LONG,       /* bytes: a whole number of more than 64 bits, little endian, two's complement */
    VR_PICKLE_FLOAT,      /* number */
    VR_PICKLE_TEXT,       /* bytes, not closed by a 0; Python says UTF-8, which is not checked */
    VR_PICKLE_BYTES,      /* bytes */
    VR_PICKLE_LIST,       /* node: items */
    VR_PICKLE_TUPLE,      /* node: items */
    VR_PICKLE_SET,        /* node: items */
    VR_PICKLE_DICT,       /* node: items, a key and its value by turns, in the order they were set */
    VR_PICKLE_GLOBAL,     /* bytes: "module name", one space between */
    VR_PICKLE_OBJECT,     /* node: what was called, its arguments, its state; items as in a dict */
    VR_PICKLE_PERSISTENT, /* node: items[0] is the id of something that is kept outside of the pickle */
    VR_PICKLE_MARK        /* never in a finished tree */
} vr_pickle_kind;

/* One value, passed by value; a node may be shared by several, and may even contain itself. */
typedef struct vr_pickle_value {
    vr_pickle_kind kind;
    int32_t bytes; /* how many */
    int64_t at;    /* the byte of the pickle where it was made */
    union {
        int64_t integer;
        double number;
        const char *text; /* points into the pickle */
        struct vr_pickle_node *node;
    };
} vr_pickle_value;

typedef struct vr_pickle_node {
    vr_pickle_value *items;
    int64_t count, capacity;
    vr_pickle_value callable, args, state; /* of an object; args is a tuple, state NONE where there is none */
} vr_pickle_node;

typedef struct vr_pickle {
    vr_pickle_value root;
    int64_t size;                           /* bytes that the pickle takes; others may follow it */
    vr_pickle_value *globals, *persistents; /* every one, in order, whether it is in the tree or not */
    int64_t global_count, persistent_count;
} vr_pickle;

/* Reads one pickle at the start of `bytes`, which has to outlive the tree.
 * Notes:   `path` is for messages; `at` is added to the bytes they name. Memory is bounded by 300 times the size.
 * Errors:  VR_ERR_FORMAT and VR_ERR_UNSUPPORTED (an opcode of protocol 0 or of extensions) naming path and byte;
 *          *pickle = {0}. */
VR_API bool vr_pickle_parse(vr_arena *arena, vr_pickle *pickle, vr_bytes bytes, const char *path, int64_t at,
                            vr_err *err);

/* True for TEXT or a GLOBAL ("collections OrderedDict") of exactly this text. */
VR_API bool vr_pickle_is(vr_pickle_value v, const char *text);

#ifdef __cplusplus
}
#endif
#endif
