/* format/pickle.c: the pickle machine (a stack, marks, a memo), which builds values and executes nothing.
 *
 * The opcodes are those of CPython's Lib/pickletools.py. Every length is compared with the remaining bytes before it is
 * used. Only containers are nodes; numbers and strings are values on the stack, so that memory is proportional to the
 * size of the pickle. */
#include "pickle_impl.h"
#include <string.h>

typedef struct vrp_pickle_stack {
    vrp_pickle_value *items;
    int64_t count, capacity;
} vrp_pickle_stack;

typedef struct vrp_pickle_vm {
    vr_arena *arena;
    const uint8_t *begin, *p, *end;
    int64_t op; /* byte of the current opcode */
    vrp_pickle_stack stack, memo, globals, persistents, plain;
    vrp_pickle_value root;
    bool stopped;
    const char *path;
    int64_t base;
    vr_err *err;
} vrp_pickle_vm;

static bool vrp_pickle_error(const vrp_pickle_vm *vm, const char *what) {
    return vr_fail(vm->err, VR_ERR_FORMAT, "%s: byte %lld: pickle: %s", vm->path,
                   (long long)(vm->base + vm->op), what);
}

/* ---- reading ---- */

/* The next n bytes, or NULL after a failure. */
static const uint8_t *vrp_pickle_take(vrp_pickle_vm *vm, uint64_t n) {
    if (n > (uint64_t)(vm->end - vm->p)) {
        vrp_pickle_error(vm, "unexpected end of file");
        return NULL;
    }
    const uint8_t *at = vm->p;
    vm->p += n;
    return at;
}

/* A little-endian number of n <= 8 bytes. */
static bool vrp_pickle_number(vrp_pickle_vm *vm, uint64_t *out, int n) {
    const uint8_t *p = vrp_pickle_take(vm, (uint64_t)n);
    *out = 0;
    for (int i = n - 1; p && i >= 0; i--) *out = *out << 8 | p[i];
    return p != NULL;
}

/* ---- the stack ---- */

static void vrp_pickle_add(vr_arena *arena, vrp_pickle_value **items, int64_t *count, int64_t *capacity,
                           vrp_pickle_value v) {
    if (*count == *capacity) {
        *capacity = vr_max(*capacity * 2, 4);
        vrp_pickle_value *more = (vrp_pickle_value *)vr_arena_alloc(arena, *capacity, (int64_t)sizeof v);
        if (*count > 0) memcpy(more, *items, (size_t)*count * sizeof v);
        *items = more;
    }
    (*items)[(*count)++] = v;
}

static bool vrp_pickle_push(vrp_pickle_vm *vm, vrp_pickle_value v) {
    v.at = vm->op;
    vrp_pickle_add(vm->arena, &vm->stack.items, &vm->stack.count, &vm->stack.capacity, v);
    return true;
}

static bool vrp_pickle_pop(vrp_pickle_vm *vm, vrp_pickle_value *v) {
    if (vm->stack.count == 0 || vm->stack.items[vm->stack.count - 1].kind == VRP_PICKLE_MARK)
        return vrp_pickle_error(vm, "stack underflow");
    *v = vm->stack.items[--vm->stack.count];
    return true;
}

static bool vrp_pickle_push_node(vrp_pickle_vm *vm, vrp_pickle_kind kind, vrp_pickle_node node) {
    vrp_pickle_node *n = (vrp_pickle_node *)vr_arena_alloc(vm->arena, 1, (int64_t)sizeof node);
    *n = node;
    return vrp_pickle_push(vm, (vrp_pickle_value){.kind = kind, .node = n});
}

/* Pops the values above the last mark, and the mark; *items is valid until the next push. */
static bool vrp_pickle_to_mark(vrp_pickle_vm *vm, const vrp_pickle_value **items, int64_t *count) {
    int64_t i = vm->stack.count - 1;
    while (i >= 0 && vm->stack.items[i].kind != VRP_PICKLE_MARK) i--;
    if (i < 0) return vrp_pickle_error(vm, "missing mark");
    *items = vm->stack.items + i + 1;
    *count = vm->stack.count - i - 1;
    vm->stack.count = i;
    return true;
}

/* Pushes a new node with a copy of the items. */
static bool vrp_pickle_gather(vrp_pickle_vm *vm, vrp_pickle_kind kind, const vrp_pickle_value *items,
                              int64_t count) {
    if (kind == VRP_PICKLE_DICT && count % 2 != 0) return vrp_pickle_error(vm, "key without a value");
    vrp_pickle_node n = {.count = count, .capacity = count};
    if (count > 0) {
        n.items = (vrp_pickle_value *)vr_arena_alloc(vm->arena, count, (int64_t)sizeof *items);
        memcpy(n.items, items, (size_t)count * sizeof *items);
    }
    return vrp_pickle_push_node(vm, kind, n);
}

static bool vrp_pickle_gather_mark(vrp_pickle_vm *vm, vrp_pickle_kind kind) {
    const vrp_pickle_value *items = NULL;
    int64_t count = 0;
    return vrp_pickle_to_mark(vm, &items, &count) && vrp_pickle_gather(vm, kind, items, count);
}

static bool vrp_pickle_gather_top(vrp_pickle_vm *vm, vrp_pickle_kind kind, int64_t count) {
    vrp_pickle_value items[3];
    for (int64_t i = count - 1; i >= 0; i--)
        if (!vrp_pickle_pop(vm, &items[i])) return false;
    return vrp_pickle_gather(vm, kind, items, count);
}

/* Adds values to the list, set, dict or object on top of the stack. */
static bool vrp_pickle_extend(vrp_pickle_vm *vm, const vrp_pickle_value *items, int64_t count, bool pairs) {
    const vrp_pickle_value *top = vm->stack.count > 0 ? &vm->stack.items[vm->stack.count - 1] : NULL;
    bool fits = top && (pairs ? top->kind == VRP_PICKLE_DICT || top->kind == VRP_PICKLE_OBJECT
                              : top->kind == VRP_PICKLE_LIST || top->kind == VRP_PICKLE_SET);
    if (!fits) return vrp_pickle_error(vm, "the target of the items is not a container");
    if (pairs && count % 2 != 0) return vrp_pickle_error(vm, "key without a value");
    vrp_pickle_node *n = top->node;
    for (int64_t i = 0; i < count; i++)
        vrp_pickle_add(vm->arena, &n->items, &n->count, &n->capacity, items[i]);
    return true;
}

static bool vrp_pickle_extend_mark(vrp_pickle_vm *vm, bool pairs) {
    const vrp_pickle_value *items = NULL;
    int64_t count = 0;
    return vrp_pickle_to_mark(vm, &items, &count) && vrp_pickle_extend(vm, items, count, pairs);
}

static bool vrp_pickle_extend_top(vrp_pickle_vm *vm, bool pairs) {
    vrp_pickle_value items[2];
    const int count = pairs ? 2 : 1;
    for (int i = count - 1; i >= 0; i--)
        if (!vrp_pickle_pop(vm, &items[i])) return false;
    return vrp_pickle_extend(vm, items, count, pairs);
}

/* ---- numbers and text ---- */

static bool vrp_pickle_push_int(vrp_pickle_vm *vm, int bytes, bool negative) {
    uint64_t u;
    if (!vrp_pickle_number(vm, &u, bytes)) return false;
    int64_t i = negative ? (int64_t)(int32_t)(uint32_t)u : (int64_t)u;
    return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_INT, .integer = i});
}

/* An integer of any length; up to 8 bytes it is an INT. */
static bool vrp_pickle_push_long(vrp_pickle_vm *vm, int length_bytes) {
    uint64_t n;
    const uint8_t *p = vrp_pickle_number(vm, &n, length_bytes) ? vrp_pickle_take(vm, n) : NULL;
    if (!p) return false;
    if (n > INT32_MAX) return vrp_pickle_error(vm, "integer of more than 2^31 bytes");
    if (n > 8)
        return vrp_pickle_push(
            vm, (vrp_pickle_value){.kind = VRP_PICKLE_LONG, .bytes = (int32_t)n, .text = (const char *)p});
    uint64_t u = n > 0 && p[n - 1] & 0x80 ? UINT64_MAX : 0; /* two's complement */
    for (uint64_t i = n; i-- > 0;) u = u << 8 | p[i];
    return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_INT, .integer = (int64_t)u});
}

static bool vrp_pickle_push_float(vrp_pickle_vm *vm) {
    const uint8_t *p = vrp_pickle_take(vm, 8);
    if (!p) return false;
    uint64_t u = 0; /* big endian, unlike the integers */
    for (int i = 0; i < 8; i++) u = u << 8 | p[i];
    vrp_pickle_value v = {.kind = VRP_PICKLE_FLOAT};
    memcpy(&v.number, &u, sizeof u);
    return vrp_pickle_push(vm, v);
}

static bool vrp_pickle_push_text(vrp_pickle_vm *vm, vrp_pickle_kind kind, int length_bytes) {
    uint64_t n;
    const uint8_t *p = vrp_pickle_number(vm, &n, length_bytes) ? vrp_pickle_take(vm, n) : NULL;
    if (!p) return false;
    if (n > INT32_MAX) return vrp_pickle_error(vm, "string of more than 2^31 bytes");
    return vrp_pickle_push(vm,
                           (vrp_pickle_value){.kind = kind, .bytes = (int32_t)n, .text = (const char *)p});
}

/* ---- the memo ---- */

static bool vrp_pickle_put(vrp_pickle_vm *vm, uint64_t index) {
    if (vm->stack.count == 0 || vm->stack.items[vm->stack.count - 1].kind == VRP_PICKLE_MARK)
        return vrp_pickle_error(vm, "stack underflow in the memo");
    if (index >= (uint64_t)(vm->end - vm->begin)) /* each put takes at least one byte */
        return vrp_pickle_error(vm, "memo index out of range");
    while (vm->memo.count <= (int64_t)index)
        vrp_pickle_add(vm->arena, &vm->memo.items, &vm->memo.count, &vm->memo.capacity,
                       (vrp_pickle_value){.kind = VRP_PICKLE_MARK});
    vm->memo.items[index] = vm->stack.items[vm->stack.count - 1];
    return true;
}

static bool vrp_pickle_put_number(vrp_pickle_vm *vm, int bytes) {
    uint64_t index;
    return vrp_pickle_number(vm, &index, bytes) && vrp_pickle_put(vm, index);
}

static bool vrp_pickle_get(vrp_pickle_vm *vm, int bytes) {
    uint64_t index;
    if (!vrp_pickle_number(vm, &index, bytes)) return false;
    if (index >= (uint64_t)vm->memo.count || vm->memo.items[index].kind == VRP_PICKLE_MARK)
        return vrp_pickle_error(vm, "missing memo value");
    const vrp_pickle_value v = vm->memo.items[index];
    vrp_pickle_add(vm->arena, &vm->stack.items, &vm->stack.count, &vm->stack.capacity,
                   v); /* keeps its `at` */
    return true;
}

/* ---- names and calls ---- */

static bool vrp_pickle_push_global(vrp_pickle_vm *vm, const char *module, int64_t m, const char *name,
                                   int64_t n) {
    if (m + n >= 1024) return vrp_pickle_error(vm, "name of more than 1,023 bytes");
    if (memchr(module, 0, (size_t)m) || memchr(name, 0, (size_t)n))
        return vrp_pickle_error(vm, "name with a zero byte");
    char *text = vr_arena_printf(vm->arena, "%.*s %.*s", (int)m, module, (int)n, name);
    vrp_pickle_value v = {.kind = VRP_PICKLE_GLOBAL, .bytes = (int32_t)strlen(text), .text = text};
    vrp_pickle_push(vm, v);
    v.at = vm->op;
    vrp_pickle_add(vm->arena, &vm->globals.items, &vm->globals.count, &vm->globals.capacity, v);
    return true;
}

/* "module\nname\n" */
static bool vrp_pickle_global(vrp_pickle_vm *vm) {
    const char *module = (const char *)vm->p;
    const char *m = (const char *)memchr(module, '\n', (size_t)(vm->end - vm->p));
    const char *name = m ? m + 1 : NULL;
    const char *n = m ? (const char *)memchr(name, '\n', (size_t)((const char *)vm->end - name)) : NULL;
    if (!n) return vrp_pickle_error(vm, "unexpected end of file in a name");
    vm->p = (const uint8_t *)n + 1;
    return vrp_pickle_push_global(vm, module, m - module, name, n - name);
}

static bool vrp_pickle_stack_global(vrp_pickle_vm *vm) {
    vrp_pickle_value name = {0}, module = {0};
    if (!vrp_pickle_pop(vm, &name) || !vrp_pickle_pop(vm, &module)) return false;
    if (name.kind != VRP_PICKLE_TEXT || module.kind != VRP_PICKLE_TEXT)
        return vrp_pickle_error(vm, "name that is not a string");
    return vrp_pickle_push_global(vm, module.text, module.bytes, name.text, name.bytes);
}

bool vrp_pickle_scalar(vrp_pickle_value v) {
    return v.kind == VRP_PICKLE_BOOL || v.kind == VRP_PICKLE_INT || v.kind == VRP_PICKLE_FLOAT ||
           v.kind == VRP_PICKLE_TEXT;
}

/* REDUCE and NEWOBJ: the call becomes an object. */
static bool vrp_pickle_call(vrp_pickle_vm *vm) {
    vrp_pickle_node n = {0};
    if (!vrp_pickle_pop(vm, &n.args) || !vrp_pickle_pop(vm, &n.callable)) return false;
    if (n.callable.kind != VRP_PICKLE_GLOBAL || n.args.kind != VRP_PICKLE_TUPLE)
        return vrp_pickle_error(vm, "expected a call of a name with a tuple of arguments");
    if (n.args.node->count == 1 && vrp_pickle_scalar(n.args.node->items[0]))
        vrp_pickle_add(vm->arena, &vm->plain.items, &vm->plain.count, &vm->plain.capacity, n.callable);
    return vrp_pickle_push_node(vm, VRP_PICKLE_OBJECT, n);
}

static bool vrp_pickle_build(vrp_pickle_vm *vm) {
    vrp_pickle_value state, object;
    if (!vrp_pickle_pop(vm, &state) || !vrp_pickle_pop(vm, &object)) return false;
    if (object.kind != VRP_PICKLE_OBJECT)
        return vrp_pickle_error(vm, "state of a value that is not an object");
    object.node->state = state;
    vrp_pickle_add(vm->arena, &vm->stack.items, &vm->stack.count, &vm->stack.capacity, object);
    return true;
}

static bool vrp_pickle_persistent(vrp_pickle_vm *vm) {
    vrp_pickle_value id;
    if (!vrp_pickle_pop(vm, &id) || !vrp_pickle_gather(vm, VRP_PICKLE_PERSISTENT, &id, 1)) return false;
    vrp_pickle_add(vm->arena, &vm->persistents.items, &vm->persistents.count, &vm->persistents.capacity,
                   vm->stack.items[vm->stack.count - 1]);
    return true;
}

/* ---- opcodes: three groups, each of which passes on the others ---- */

static bool vrp_pickle_proto(vrp_pickle_vm *vm) {
    uint64_t version;
    if (!vrp_pickle_number(vm, &version, 1)) return false;
    if (version >= 2 && version <= 5) return true;
    return vr_fail(vm->err, VR_ERR_UNSUPPORTED, "%s: byte %lld: unsupported pickle protocol %d", vm->path,
                   (long long)(vm->base + vm->op), (int)version);
}

static bool vrp_pickle_stop(vrp_pickle_vm *vm) {
    if (!vrp_pickle_pop(vm, &vm->root)) return false;
    if (vm->stack.count != 0) return vrp_pickle_error(vm, "values left on the stack");
    return vm->stopped = true;
}

static bool vrp_pickle_op_rest(vrp_pickle_vm *vm, int op) {
    vrp_pickle_value v;
    const vrp_pickle_value *items = NULL;
    int64_t count = 0;
    switch (op) {
    case 0x80:
        return vrp_pickle_proto(vm); /* PROTO */
    case 0x95:
        return vrp_pickle_take(vm, 8) != NULL; /* FRAME: a hint for buffering */
    case '.':
        return vrp_pickle_stop(vm); /* STOP */
    case '0':
        return vrp_pickle_pop(vm, &v); /* POP */
    case '1':
        return vrp_pickle_to_mark(vm, &items, &count); /* POP_MARK */
    case '2':
        return vrp_pickle_pop(vm, &v) && vrp_pickle_push(vm, v) && vrp_pickle_push(vm, v); /* DUP */
    case 'q':
        return vrp_pickle_put_number(vm, 1); /* BINPUT */
    case 'r':
        return vrp_pickle_put_number(vm, 4); /* LONG_BINPUT */
    case 0x94:
        return vrp_pickle_put(vm, (uint64_t)vm->memo.count); /* MEMOIZE */
    case 'h':
        return vrp_pickle_get(vm, 1); /* BINGET */
    case 'j':
        return vrp_pickle_get(vm, 4); /* LONG_BINGET */
    case 'c':
        return vrp_pickle_global(vm); /* GLOBAL */
    case 0x93:
        return vrp_pickle_stack_global(vm); /* STACK_GLOBAL */
    case 'R':
        return vrp_pickle_call(vm); /* REDUCE */
    case 0x81:
        return vrp_pickle_call(vm); /* NEWOBJ */
    case 'b':
        return vrp_pickle_build(vm); /* BUILD */
    case 'Q':
        return vrp_pickle_persistent(vm); /* BINPERSID */
    default:
        return vr_fail(vm->err, VR_ERR_UNSUPPORTED, "%s: byte %lld: unsupported pickle opcode 0x%02x",
                       vm->path, (long long)(vm->base + vm->op), (unsigned)op);
    }
}

static bool vrp_pickle_op_container(vrp_pickle_vm *vm, int op) {
    switch (op) {
    case '(':
        return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_MARK}); /* MARK */
    case ')':
        return vrp_pickle_gather(vm, VRP_PICKLE_TUPLE, NULL, 0); /* EMPTY_TUPLE */
    case ']':
        return vrp_pickle_gather(vm, VRP_PICKLE_LIST, NULL, 0); /* EMPTY_LIST */
    case '}':
        return vrp_pickle_gather(vm, VRP_PICKLE_DICT, NULL, 0); /* EMPTY_DICT */
    case 0x8f:
        return vrp_pickle_gather(vm, VRP_PICKLE_SET, NULL, 0); /* EMPTY_SET */
    case 0x85:
        return vrp_pickle_gather_top(vm, VRP_PICKLE_TUPLE, 1); /* TUPLE1 */
    case 0x86:
        return vrp_pickle_gather_top(vm, VRP_PICKLE_TUPLE, 2); /* TUPLE2 */
    case 0x87:
        return vrp_pickle_gather_top(vm, VRP_PICKLE_TUPLE, 3); /* TUPLE3 */
    case 't':
        return vrp_pickle_gather_mark(vm, VRP_PICKLE_TUPLE); /* TUPLE */
    case 'l':
        return vrp_pickle_gather_mark(vm, VRP_PICKLE_LIST); /* LIST */
    case 'd':
        return vrp_pickle_gather_mark(vm, VRP_PICKLE_DICT); /* DICT */
    case 0x91:
        return vrp_pickle_gather_mark(vm, VRP_PICKLE_SET); /* FROZENSET */
    case 'a':
        return vrp_pickle_extend_top(vm, false); /* APPEND */
    case 'e':
        return vrp_pickle_extend_mark(vm, false); /* APPENDS */
    case 0x90:
        return vrp_pickle_extend_mark(vm, false); /* ADDITEMS */
    case 's':
        return vrp_pickle_extend_top(vm, true); /* SETITEM */
    case 'u':
        return vrp_pickle_extend_mark(vm, true); /* SETITEMS */
    default:
        return vrp_pickle_op_rest(vm, op);
    }
}

static bool vrp_pickle_op(vrp_pickle_vm *vm, int op) {
    switch (op) {
    case 'N':
        return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_NONE}); /* NONE */
    case 0x88:
        return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_BOOL, .integer = 1}); /* NEWTRUE */
    case 0x89:
        return vrp_pickle_push(vm, (vrp_pickle_value){.kind = VRP_PICKLE_BOOL, .integer = 0}); /* NEWFALSE */
    case 'J':
        return vrp_pickle_push_int(vm, 4, true); /* BININT */
    case 'K':
        return vrp_pickle_push_int(vm, 1, false); /* BININT1 */
    case 'M':
        return vrp_pickle_push_int(vm, 2, false); /* BININT2 */
    case 0x8a:
        return vrp_pickle_push_long(vm, 1); /* LONG1 */
    case 0x8b:
        return vrp_pickle_push_long(vm, 4); /* LONG4 */
    case 'G':
        return vrp_pickle_push_float(vm); /* BINFLOAT */
    case 'U':
        return vrp_pickle_push_text(vm, VRP_PICKLE_TEXT, 1); /* SHORT_BINSTRING: str of Python 2 */
    case 'T':
        return vrp_pickle_push_text(vm, VRP_PICKLE_TEXT, 4); /* BINSTRING */
    case 0x8c:
        return vrp_pickle_push_text(vm, VRP_PICKLE_TEXT, 1); /* SHORT_BINUNICODE */
    case 'X':
        return vrp_pickle_push_text(vm, VRP_PICKLE_TEXT, 4); /* BINUNICODE */
    case 0x8d:
        return vrp_pickle_push_text(vm, VRP_PICKLE_TEXT, 8); /* BINUNICODE8 */
    case 'C':
        return vrp_pickle_push_text(vm, VRP_PICKLE_BYTES, 1); /* SHORT_BINBYTES */
    case 'B':
        return vrp_pickle_push_text(vm, VRP_PICKLE_BYTES, 4); /* BINBYTES */
    case 0x8e:
        return vrp_pickle_push_text(vm, VRP_PICKLE_BYTES, 8); /* BINBYTES8 */
    case 0x96:
        return vrp_pickle_push_text(vm, VRP_PICKLE_BYTES, 8); /* BYTEARRAY8 */
    default:
        return vrp_pickle_op_container(vm, op);
    }
}

bool vrp_pickle_parse(vr_arena *arena, vrp_pickle *pickle, vr_bytes bytes, const char *path, int64_t at,
                      vr_err *err) {
    *pickle = (vrp_pickle){0};
    vr_arena_mark mark = vr_arena_here(arena);
    const uint8_t *end = bytes.data + bytes.size;
    vrp_pickle_vm vm = {.arena = arena,
                        .begin = bytes.data,
                        .p = bytes.data,
                        .end = end,
                        .path = path,
                        .base = at,
                        .err = err};
    bool ok = true;
    while (ok && !vm.stopped) {
        vm.op = vm.p - vm.begin;
        const uint8_t *op = vrp_pickle_take(&vm, 1);
        ok = op && vrp_pickle_op(&vm, *op);
    }
    if (!ok) {
        vr_arena_rewind(arena, mark);
        return false;
    }
    *pickle = (vrp_pickle){.root = vm.root,
                           .size = vm.p - vm.begin,
                           .globals = vm.globals.items,
                           .global_count = vm.globals.count,
                           .persistents = vm.persistents.items,
                           .plain = vm.plain.items,
                           .plain_count = vm.plain.count,
                           .persistent_count = vm.persistents.count};
    return true;
}

bool vrp_pickle_is(vrp_pickle_value v, const char *text) {
    if (v.kind != VRP_PICKLE_TEXT && v.kind != VRP_PICKLE_GLOBAL) return false;
    return strlen(text) == (size_t)v.bytes && memcmp(v.text, text, (size_t)v.bytes) == 0;
}
