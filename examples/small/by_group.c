/* Which group has most errors?  build/small/by_group predictions.csv region groups.csv */
#include "visrob.h"

int main(int argc, char **argv) {
    vr_arena perm = {0};
    vr_table table;
    if (argc != 4) return vr_program_usage("by_group PREDICTIONS COLUMN OUTPUT");
    vr_predictions_by_group(&perm, &table, argv[1], argv[2], NULL, VR_FATAL);
    vr_table_print(stdout, &table);
    vr_table_save(&table, argv[3], VR_FATAL);
    vr_arena_free(&perm);
}
