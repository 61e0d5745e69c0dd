# visrob: `make help` says what there is.
CC      ?= cc
MODE    ?= release
ARCH    ?= -march=native
PREFIX  ?= /usr/local
VERSION := $(shell sed -n 's/.*VR_VERSION  *"\(.*\)".*/\1/p' visrob_impl/base/base.h)

OUT     := build$(if $(filter release,$(MODE)),,/$(MODE))
OBJ     := build/$(MODE)/obj
OPT_release := -O3 -DNDEBUG
OPT_debug   := -O0 -g
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
OPT_tsan    := -O1 -g -fsanitize=thread
OPT     := $(OPT_$(MODE))

# VR_NO_BLIS=1 and VR_NO_OPENMP=1 build without the one or the other.
BLIS    := $(if $(VR_NO_BLIS),,-lblis)
OMP     := $(if $(VR_NO_OPENMP),-fopenmp-simd,-fopenmp)
DEFINES := -DVISROB_IMPLEMENTATION $(if $(VR_NO_BLIS),-DVR_NO_BLIS) $(if $(VR_NO_OPENMP),-DVR_NO_OPENMP)
STB     := -isystem /usr/include/stb
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes
# -fno-math-errno and -fno-trapping-math let loops vectorize; -ffast-math would remove isfinite().
CFLAGS  ?=
FLAGS   := -std=c11 $(ARCH) $(OPT) $(OMP) -fopenmp-simd -fno-math-errno -fno-trapping-math -ffp-contract=fast -fPIC $(WARN) $(STB) $(DEFINES) $(CFLAGS)
LIBS    := $(BLIS) $(OMP) -lm

# `make V=1` shows the commands.
Q        = $(if $(V),,@echo '  cc $@';)

SRC      := $(sort $(wildcard visrob_impl/*/*.c visrob_impl/*/*/*.c))
OBJS     := $(SRC:%.c=$(OBJ)/%.o)
LIB      := $(OUT)/libvisrob.a
EXAMPLES := $(patsubst examples/%.c,$(OUT)/%,$(sort $(wildcard examples/*.c)))
TESTS    := $(patsubst tests/%.c,$(OUT)/tests/%,$(sort $(wildcard tests/test_*.c)))
BENCHES  := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(sort $(wildcard tests/bench/*.c)))

all: $(LIB) $(OUT)/libvisrob.so $(EXAMPLES)  ## the library and the examples, into build/

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c $< -o $@

$(LIB): $(OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	@$(AR) rcs $@ $^

$(OUT)/libvisrob.so: $(OBJS)
	$(Q)$(CC) $(FLAGS) -shared $^ -o $@ $(LIBS)

$(OUT)/%: examples/%.c $(LIB)
	$(Q)$(CC) $(FLAGS) -UVISROB_IMPLEMENTATION -I. -MMD -MP -MF $(OBJ)/$*.d $< $(LIB) -o $@ $(LIBS)

# Tests do not need to be fast, but built fast.
$(OUT)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(if $(filter release,$(MODE)),-O1) -UVISROB_IMPLEMENTATION -D_GNU_SOURCE -Wno-conversion -I. -MMD -MP -MF $(OBJ)/$*.d $< $(LIB) -o $@ -lcmocka $(LIBS)

$(OUT)/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -UVISROB_IMPLEMENTATION -D_GNU_SOURCE -Wno-conversion -I. -MMD -MP -MF $(OBJ)/bench_$*.d $< $(LIB) -o $@ $(LIBS)

# It reads the clock around each layer.
comma   := ,
WRAPPED := conv_apply linear_apply linear_apply_norm attention_apply maxpool2d_apply global_avgpool_apply layernorm_apply
$(OUT)/bench/bench_layers: FLAGS += $(patsubst %,-Wl$(comma)--wrap=vr_%,$(WRAPPED))

-include $(shell find build -name '*.d' 2>/dev/null)

deps:  ## install what is missing (Debian, Ubuntu), or print the command that does
	@tests/deps.sh

demo: deps  ## install what is missing, build, write report.html: how a small model breaks
	@$(MAKE) --no-print-directory -j2 all
	$(OUT)/robustness

test: deps  ## install what is missing, build, run every test and every example's smoke run
	@$(MAKE) --no-print-directory -j2 build-tests
	@tests/run.sh $(OUT)

build-tests: all $(TESTS)

bench: deps  ## speed beside this machine's own FMA peak, and beside PyTorch and onnxruntime where Python has them
	@$(MAKE) --no-print-directory -j2 all $(BENCHES)
	@tests/bench/run.sh $(OUT)

check:  ## the house's rules: floors, names, callers, docs, format, warnings, C++ headers, switches, single file
	@tests/deps.sh check
	@tests/check/check.sh

asan:  ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory MODE=asan test

# gcc's OpenMP is unknown to ThreadSanitizer; LLVM's tells it what its loops wait for.
tsan:  ## the tests under ThreadSanitizer; needs clang and libomp-dev
	@TSAN_OPTIONS=ignore_noninstrumented_modules=1 $(MAKE) --no-print-directory MODE=tsan CC=clang test

fuzz:  ## every format's fuzz target, FUZZ_SECONDS each (default 30); needs clang
	@tests/fuzz/run.sh

single:  ## the whole library as one header: build/visrob_single.h
	@mkdir -p build && tests/check/single.sh > build/visrob_single.h
	@echo build/visrob_single.h

install: all  ## header, library and pkg-config file, under PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 visrob.h $(DESTDIR)$(PREFIX)/include/
	cd visrob_impl && find . -name '*.h' ! -name '*_impl.h' -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/include/visrob_impl/{} \;
	install -m 644 $(LIB) $(OUT)/libvisrob.so $(DESTDIR)$(PREFIX)/lib/
	printf 'prefix=%s\nName: visrob\nDescription: vision robustness and self-supervised learning in C\nVersion: %s\nCflags: -I$${prefix}/include\nLibs: -L$${prefix}/lib -lvisrob\nLibs.private: %s\n' \
	    '$(PREFIX)' '$(VERSION)' '$(LIBS)' > $(DESTDIR)$(PREFIX)/lib/pkgconfig/visrob.pc

clean:  ## remove build/
	rm -rf build

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

.PHONY: all deps demo test build-tests bench check asan tsan fuzz single install clean help
.SECONDARY:
