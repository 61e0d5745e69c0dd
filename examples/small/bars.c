/* A column of a CSV file as a bar plot.  build/small/bars groups.csv region "error ratio" bars.svg */
#include "visrob.h"

int main(int argc, char **argv) {
    vr_arena perm = {0};
    vr_csv csv;
    static const char *names[1000];
    static vr_interval x[1000];
    if (argc != 5) return vr_program_usage("bars CSV NAME-COLUMN VALUE-COLUMN PLOT");
    vr_plot plot = {.x_label = argv[3], .names = names, .intervals = x, .sorted = true};
    vr_csv_load(&perm, &csv, argv[1], VR_FATAL);
    const int64_t name = vr_csv_column(&csv, argv[2], VR_FATAL),
                  value = vr_csv_column(&csv, argv[3], VR_FATAL);
    for (; vr_csv_next(&csv, VR_FATAL); plot.count++) {
        if (plot.count == 1000) vr_csv_fail(&csv, 0, VR_FATAL, "more than 1000 bars");
        names[plot.count] = vr_csv_string(&perm, &csv, name);
        vr_csv_double(&x[plot.count].value, &csv, value, VR_FATAL);
        x[plot.count].low = x[plot.count].high = x[plot.count].value; /* no whisker */
    }
    vr_plot_save(&plot, argv[4], VR_FATAL);
    vr_arena_free(&perm);
}
