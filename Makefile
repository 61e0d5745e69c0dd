# visrob: `make help` says what there is.
CC      ?= cc
MODE    ?= release
ARCH    ?= -march=native
PREFIX  ?= /usr/local
LIBDIR  ?= lib
VERSION := $(shell sed -n 's/.*VR_VERSION  *"\(.*\)".*/\1/p' visrob_impl/base/base.h)
# While the version begins with 0 the second number counts the changes of the binary interface, later the first.
SONAME  := libvisrob.so.$(shell echo $(VERSION) | sed -E 's/^(0\.[0-9]+|[0-9]+).*/\1/')

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
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes
# -fno-math-errno and -fno-trapping-math let loops vectorize; -ffast-math would remove isfinite().
CFLAGS  ?=
FLAGS   := -std=c11 $(ARCH) $(OPT) $(OMP) -fopenmp-simd -fno-math-errno -fno-trapping-math -ffp-contract=fast -fPIC $(WARN) $(DEFINES) $(CFLAGS)
LIBS    := $(BLIS) $(OMP) -lm

# Objects are made anew where the compiler or its flags are others than last time (ARCH, VR_NO_BLIS).
ifneq ($(shell cat $(OBJ)/flags 2>/dev/null),$(strip $(CC) $(FLAGS)))
$(shell mkdir -p $(OBJ))
$(file >$(OBJ)/flags,$(strip $(CC) $(FLAGS)))
endif

# `make V=1` shows the commands.
Q        = $(if $(V),,@echo '  cc $@';)

SRC      := $(sort $(wildcard visrob_impl/*/*.c visrob_impl/*/*/*.c))
OBJS     := $(SRC:%.c=$(OBJ)/%.o)
LIB      := $(OUT)/libvisrob.a
PROGRAMS := $(patsubst examples/%.c,$(OUT)/%,$(sort $(wildcard examples/*.c)))
EXAMPLES := $(PROGRAMS) $(patsubst examples/%.c,$(OUT)/%,$(sort $(wildcard examples/small/*.c)))
TESTS    := $(patsubst tests/%.c,$(OUT)/tests/%,$(sort $(wildcard tests/test_*.c)))
BENCHES  := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(sort $(wildcard tests/bench/*.c)))

all: $(LIB) $(OUT)/libvisrob.so $(EXAMPLES)  ## the library and the examples, into build/

$(OBJ)/%.o: %.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c $< -o $@

$(LIB): $(OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	@$(AR) rcs $@ $^

$(OUT)/libvisrob.so: $(OBJS)
	$(Q)$(CC) $(FLAGS) -shared -Wl,-soname,$(SONAME) $^ -o $@ $(LIBS)
	@ln -sf libvisrob.so $(OUT)/$(SONAME)

$(OUT)/%: examples/%.c $(LIB)
	@mkdir -p $(@D) $(dir $(OBJ)/$*)
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

# Programs are visrob-NAME: `embed` alone says too little among a system's programs. They take the installed shared library, and
# so the one for the processor that they run on, if there are several.
DEST     := $(DESTDIR)$(PREFIX)
LIBDEST  := $(DEST)/$(LIBDIR)
UP       := $(subst / ,/,$(patsubst %,../,$(subst /, ,$(LIBDIR)))).
WRITTEN  := pkgconfig/visrob.pc cmake/visrob/visrob-config.cmake cmake/visrob/visrob-config-version.cmake
install: all install-shared  ## headers, libraries, programs, pkg-config and CMake files, under PREFIX (/usr/local)
	install -d $(DEST)/include $(DEST)/bin $(LIBDEST)/pkgconfig $(LIBDEST)/cmake/visrob
	install -m 644 visrob.h $(DEST)/include/
	cd visrob_impl && find . -name '*.h' ! -name '*_impl.h' ! -name stb.h -exec install -D -m 644 {} $(DEST)/include/visrob_impl/{} \;
	install -m 644 $(LIB) $(LIBDEST)/
	for p in $(notdir $(PROGRAMS)); do \
	    $(CC) $(FLAGS) -UVISROB_IMPLEMENTATION -I. examples/$$p.c -L$(OUT) -lvisrob -Wl,-rpath,'$$ORIGIN/../$(LIBDIR)' $(LIBS) -o $(DEST)/bin/visrob-$$p || exit 1; done
	for f in $(WRITTEN); do \
	    sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@UP@|$(UP)|; s|@VERSION@|$(VERSION)|; s|@ARCH@|$(ARCH)|; s|@LIBS@|$(LIBS)|' \
	        packaging/$$(basename $$f).in > $(LIBDEST)/$$f || exit 1; done
	@echo "built with '$(ARCH)'$(if $(filter -march=native,$(ARCH)),: for this processor and those with all of its instructions; ARCH=-march=x86-64-v3 is for all with AVX2)"

install-shared: $(OUT)/libvisrob.so  ## the shared library alone: a second one, for wider processors, in LIBDIR=lib/glibc-hwcaps/x86-64-v4
	install -d $(LIBDEST)
	install -m 755 $(OUT)/libvisrob.so $(LIBDEST)/libvisrob.so.$(VERSION)
	ln -sf libvisrob.so.$(VERSION) $(LIBDEST)/$(SONAME)
	ln -sf $(SONAME) $(LIBDEST)/libvisrob.so

uninstall:  ## remove what `make install` with the same PREFIX, LIBDIR and DESTDIR wrote
	rm -rf $(DEST)/include/visrob.h $(DEST)/include/visrob_impl $(LIBDEST)/libvisrob.* $(LIBDEST)/glibc-hwcaps/*/libvisrob.* \
	    $(LIBDEST)/pkgconfig/visrob.pc $(LIBDEST)/cmake/visrob $(PROGRAMS:$(OUT)/%=$(DEST)/bin/visrob-%)

clean:  ## remove build/
	rm -rf build

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

.PHONY: all deps demo test build-tests bench check asan tsan fuzz single install install-shared uninstall clean help
.SECONDARY:
