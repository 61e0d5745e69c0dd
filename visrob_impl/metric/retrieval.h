/* metric/retrieval.h: nearest neighbours of features, and the classifier that they make.
 *
 *     vr_tensor query = vr_tensor_2d(&step, 1, 384), features = vr_tensor_2d(&perm, 1000, 384);
 *     int64_t nearest[5];
 *     float similarity[5];
 *     vr_nearest(nearest, similarity, query, features, 5, &scratch, VR_FATAL);
 */
#ifndef VISROB_METRIC_RETRIEVAL_H
#define VISROB_METRIC_RETRIEVAL_H
#include "../base/error.h"
#include "../tensor/tensor.h"
#ifdef __cplusplus
extern "C" {
#endif

/* nearest[i,0..k-1] = the k rows of x with the highest cosine similarity to row i of query, best first.
 * Shapes:  nearest, similarity: [M,k]; query: [M,D]; x: [N,D]; 1 <= k <= N; similarity may be NULL.
 * Notes:   the lower row wins a tie; a row of zeros has similarity 0 with all. query may be x: a row is then its own first
 *          neighbour, unless an equal one stands before it. The same bits for any number of threads; scratch is rewound.
 * Errors:  VR_ERR_NUMERIC naming a feature that is not finite; nearest and similarity are then zero.
 * Source:  sklearn.neighbors.NearestNeighbors(metric="cosine"), whose distance is 1 - similarity. */
VR_API bool vr_nearest(int64_t *nearest, float *similarity, vr_tensor query, vr_tensor x, int64_t k,
                       vr_arena *scratch, vr_err *err);

/* All zero is DINO's protocol. */
typedef struct vr_knn {
    int64_t k;          /* 20 neighbours; all of them where there are fewer */
    double temperature; /* 0.07; INFINITY: every neighbour has one vote */
} vr_knn;

/* votes[i,c] = sum of exp(s_n / T) over those of the k nearest rows n that are of class c, divided by the sum over all k,
 * where s_n is the cosine similarity: a k-nearest-neighbour classifier, whose rows sum to 1.
 * Shapes:  votes: [M,classes]; query: [M,D]; x: [N,D]; labels: [N], the class of each row of x, 0..classes-1.
 * Notes:   vr_predict_top_k gives the best classes. options NULL = all zero. As vr_nearest in everything else.
 * Errors:  those of vr_nearest; VR_ERR_ARGUMENT naming a label out of range, k < 0, or a temperature that is not above 0;
 *          votes are then zero.
 * Source:  Wu et al. 2018, section 3.4; DINO's eval_knn.py (its votes are not divided by their sum). */
VR_API bool vr_knn_classify(vr_tensor votes, vr_tensor query, vr_tensor x, const int64_t *labels,
                            const vr_knn *options, vr_arena *scratch, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
